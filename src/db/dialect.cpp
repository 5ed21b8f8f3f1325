#include "db/dialect.hpp"

#include <array>

namespace reelshare::db {

namespace {

constexpr std::string_view kMigrationLock = "SELECT pg_advisory_xact_lock(7305808869231652)";

constexpr std::array kBeforeMigrations = {
    kMigrationLock,
    // STABLE, and the statement's own time: an index can be searched by it.
    std::string_view(
        "CREATE OR REPLACE FUNCTION now_ms() RETURNS BIGINT LANGUAGE SQL STABLE PARALLEL SAFE AS "
        "'SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::BIGINT'"
    ),
};

bool is_postgres(const Database& database) {
    return database.dialect() == Dialect::postgres;
}

}  // namespace

std::string_view skip_locked(const Database& database) {
    return is_postgres(database) ? " FOR UPDATE SKIP LOCKED" : "";
}

std::span<const std::string_view> before_migrations(const Database& database) {
    if (!is_postgres(database)) return {};
    return kBeforeMigrations;
}

std::string_view migration_lock(const Database& database) {
    return is_postgres(database) ? kMigrationLock : "";
}

}  // namespace reelshare::db
