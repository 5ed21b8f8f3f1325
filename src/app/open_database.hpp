#pragma once
// Chooses the database and brings its schema up to date.

#include "app/config.hpp"
#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "db/database.hpp"

#include <memory>

namespace reelshare::app {

/// PostgreSQL where DATABASE_URL is set, else SQLite in the data folder. A sentence for the
/// operator where it cannot be had. What is handed in must outlive it. `writes` is told how long
/// SQLite's writes wait.
[[nodiscard]] Result<std::unique_ptr<db::Database>> open_database(
    const Config& config, BlockingExecutor& executor, StandingQueue& writes, Metrics& metrics
);

/// PostgreSQL at DATABASE_URL for what goes over whole tables: without the limits of requests, and
/// without preparing statements that each come once.
[[nodiscard]] Result<std::unique_ptr<db::Database>> open_database_for_bulk(
    const Config& config, Metrics& metrics
);

}  // namespace reelshare::app
