#pragma once
// Chooses the database and brings its schema up to date.

#include "app/config.hpp"
#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "db/database.hpp"

#include <memory>

namespace reelshare::app {

/// PostgreSQL where DATABASE_URL is set, else SQLite in the data folder. A sentence for the
/// operator where it cannot be had. What is handed in must outlive it.
[[nodiscard]] Result<std::unique_ptr<db::Database>> open_database(
    const Config& config, BlockingExecutor& executor, Metrics& metrics
);

}  // namespace reelshare::app
