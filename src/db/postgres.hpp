#pragma once
// PostgreSQL behind the port, through libpq's pipeline mode: each event loop has connections of its
// own, a connection carries many statements at once, nothing blocks and no thread belongs to a
// connection. docs/scaling.md tells operators the same.
//
// Every call is answered within `call_limit`, whatever the database does: with rows, or with
// `unavailable`. The one thing that cannot be known is whether a commit whose answer was lost has
// happened; it is reported as `unavailable`.

#include "base/metrics.hpp"
#include "db/database.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace reelshare::db {

struct PostgresOptions {
    /// postgresql://user@host/database?sslmode=verify-full, or any other form that libpq takes.
    std::string url;
    std::string replica_url{};  ///< For `query_stale`; empty: there is none.
    /// The bound of each event loop, for each of the two addresses.
    std::size_t connections_per_loop = 8;
    /// A pooler in transaction mode is in between: no prepared statements, no settings of the
    /// session, no LISTEN.
    bool pooler = false;
    std::size_t max_waiting = 4096;  ///< Calls that wait for a connection, for each loop.
    std::chrono::milliseconds wait_limit{1'000};  ///< For a connection.
    // A request that looks who asks and then changes something ends within 2 s
    // (tests/faults/database.test.mjs).
    std::chrono::milliseconds call_limit{1'300};       ///< A statement or a whole transaction.
    std::chrono::milliseconds statement_limit{1'100};  ///< The server ends longer ones.
    std::chrono::milliseconds lock_limit{800};         ///< The server ends longer waits for a lock.
    std::chrono::milliseconds connect_limit{2'000};
};

/// `invalid`: the address cannot be understood. Nothing is connected yet: the first call does. No
/// call may be under way when it is destroyed. `metrics` outlives it.
[[nodiscard]] Result<std::unique_ptr<Database>> open_postgres(
    PostgresOptions options, Metrics& metrics
);

}  // namespace reelshare::db
