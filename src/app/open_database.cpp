#include "app/open_database.hpp"

#include "app/foundation.hpp"
#include "db/migrate.hpp"
#include "db/postgres.hpp"
#include "db/sqlite.hpp"

namespace reelshare::app {

namespace {

using Opened = Result<std::unique_ptr<db::Database>>;

/// Changes of the schema take their time, and wait for other nodes that make them.
constexpr std::chrono::hours kMigrationLimit{1};

Opened open_postgres(const Config& config, Metrics& metrics) {
    db::PostgresOptions options{
        .url = config.database_url,
        .replica_url = config.database_replica_url,
        .connections_per_loop = config.connections_per_loop(),
        .pooler = config.database_pooler == "transaction"
    };
    db::PostgresOptions patient = options;
    patient.wait_limit = std::chrono::seconds(10);
    patient.call_limit = kMigrationLimit;
    patient.statement_limit = kMigrationLimit;
    patient.lock_limit = kMigrationLimit;
    {
        auto migrating = db::open_postgres(patient, metrics);
        if (!migrating) return std::unexpected(migrating.error());
        auto migrated = run_now(db::migrate(**migrating));
        if (!migrated) {
            Error error = migrated.error();
            if (error.code != Errc::invalid)
                error.message = "The database cannot be brought up to date.";
            return std::unexpected(std::move(error));
        }
    }
    return db::open_postgres(std::move(options), metrics);
}

Opened open_sqlite(const Config& config, BlockingExecutor& executor, Metrics& metrics) {
    auto opened = db::open_sqlite({.path = config.data_dir / "reelshare.db"}, executor, metrics);
    if (!opened) return opened;
    auto migrated = run_now(db::migrate(**opened));
    if (!migrated) return std::unexpected(migrated.error());
    return opened;
}

}  // namespace

Opened open_database(const Config& config, BlockingExecutor& executor, Metrics& metrics) {
    if (config.database_url.empty()) return open_sqlite(config, executor, metrics);
    return open_postgres(config, metrics);
}

}  // namespace reelshare::app
