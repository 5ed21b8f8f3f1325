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

db::PostgresOptions options_of(const Config& config) {
    return {
        .url = config.database_url,
        .replica_url = config.database_replica_url,
        .connections_per_loop = config.connections_per_loop(),
        .pooler = config.database_pooler == "transaction"
    };
}

db::PostgresOptions patient(db::PostgresOptions options) {
    options.wait_limit = std::chrono::seconds(10);
    options.call_limit = kMigrationLimit;
    options.statement_limit = kMigrationLimit;
    options.lock_limit = kMigrationLimit;
    return options;
}

Opened open_migrated(db::PostgresOptions options, Metrics& metrics) {
    auto opened = db::open_postgres(std::move(options), metrics);
    if (!opened) return opened;
    auto migrated = run_now(db::migrate(**opened));
    if (migrated) return opened;
    Error error = migrated.error();
    if (error.code != Errc::invalid) error.message = "The database cannot be brought up to date.";
    return std::unexpected(std::move(error));
}

Opened open_postgres(const Config& config, Metrics& metrics) {
    {
        auto migrating = open_migrated(patient(options_of(config)), metrics);
        if (!migrating) return migrating;
    }
    return db::open_postgres(options_of(config), metrics);
}

Opened open_sqlite(
    const Config& config, BlockingExecutor& executor, StandingQueue& writes, Metrics& metrics
) {
    auto opened = db::open_sqlite(
        {.path = config.data_dir / "reelshare.db", .writes = &writes}, executor, metrics
    );
    if (!opened) return opened;
    auto migrated = run_now(db::migrate(**opened));
    if (!migrated) return std::unexpected(migrated.error());
    return opened;
}

}  // namespace

Opened open_database(
    const Config& config, BlockingExecutor& executor, StandingQueue& writes, Metrics& metrics
) {
    if (config.database_url.empty()) return open_sqlite(config, executor, writes, metrics);
    return open_postgres(config, metrics);
}

Opened open_database_for_bulk(const Config& config, Metrics& metrics) {
    db::PostgresOptions options = patient(options_of(config));
    options.pooler = true;
    return open_migrated(std::move(options), metrics);
}

}  // namespace reelshare::app
