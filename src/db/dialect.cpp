#include "db/dialect.hpp"

#include <fmt/format.h>

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

TextSearch text_search(const Database& database, std::string_view table, std::string_view words) {
    if (is_postgres(database))
        return {
            .from = fmt::format("{} s", table),
            .where = fmt::format("s.vector @@ search_query({})", words),
            .place = "s.n"
        };
    // CROSS: the index of words comes first, whatever the planner thinks.
    return {
        .from = fmt::format("{0}_words w CROSS JOIN {0} s ON s.n = w.rowid", table),
        .where = fmt::format("w.{}_words MATCH {}", table, words),
        .place = "w.rowid"
    };
}

std::string text_query(const Database& database, const std::vector<std::string>& words) {
    std::string query;
    for (const std::string& word : words) {
        if (!query.empty()) query += ' ';
        query += is_postgres(database) ? word : '"' + word + '"';
    }
    if (!is_postgres(database) && !query.empty()) query += '*';
    return query;
}

}  // namespace reelshare::db
