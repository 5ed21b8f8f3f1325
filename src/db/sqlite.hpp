#pragma once
// The embedded database: SQLite 3 in WAL mode.
//
// One writer connection on a thread of its own takes what waits and commits it in one transaction
// (group commit); it alone checkpoints, since two connections that checkpoint and commit at the
// same moment can corrupt the file (SQLite's WAL-reset bug, 3.7.0 to 3.51.2; Debian 12 has 3.40.1).
// Readers are `query_only` and run on the blocking executor, at most one for each of its threads.

#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "base/standing_queue.hpp"
#include "db/database.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace reelshare::db {

struct SqliteOptions {
    std::filesystem::path path;
    std::size_t max_queued_writes = 4096;  ///< More are refused: `unavailable`.
    StandingQueue* writes = nullptr;       ///< Told of each write's wait; outlives the database.
    std::chrono::milliseconds busy_timeout{5'000};
    std::chrono::milliseconds read_limit{5'000};  ///< A longer read is ended: `unavailable`.
    /// Between two statements of a transaction; then it is rolled back: `unavailable`.
    std::chrono::milliseconds transaction_limit{5'000};
};

/// Opens or creates the database. A lock beside it refuses a second process (`conflict`). Messages
/// of these errors are for the operator: they name the folder. `executor` and `metrics` outlive it.
[[nodiscard]] Result<std::unique_ptr<Database>> open_sqlite(
    SqliteOptions options, BlockingExecutor& executor, Metrics& metrics
);

}  // namespace reelshare::db
