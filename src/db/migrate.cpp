#include "db/migrate.hpp"

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "db/dialect.hpp"

#include <map>

namespace reelshare::db {

namespace {

/// Of what is run, so that a comment may be mended.
std::string checksum(const Migration& step, Dialect dialect) {
    std::string text;
    for (const std::string& statement : split_statements(step.sql_for(dialect))) text += statement;
    return sha256_hex(text);
}

struct Applied {
    std::map<std::int64_t, std::string> checksums;  ///< By version.
    std::int64_t last_break = 0;  ///< The newest that programs from before it cannot live with.
};

/// The table of what was applied, and what statements need of a database. Several nodes may start
/// at once.
Task<Result<void>> prepare(Database& database) {
    auto prepared = co_await database.transaction<bool>([&](Transaction& tx) -> Task<Result<bool>> {
        for (const std::string_view statement : before_migrations(database)) {
            auto done = co_await tx.query(std::string(statement));
            if (!done) co_return std::unexpected(done.error());
        }
        auto table = co_await tx.query(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, "
            "name TEXT NOT NULL, applied_at BIGINT NOT NULL, checksum TEXT NOT NULL)"
        );
        if (!table) co_return std::unexpected(table.error());
        auto breaks = co_await tx.query(
            "CREATE TABLE IF NOT EXISTS schema_breaks (version INTEGER PRIMARY KEY)"
        );
        if (!breaks) co_return std::unexpected(breaks.error());
        co_return true;
    });
    if (!prepared) co_return std::unexpected(prepared.error());
    co_return Result<void>();
}

Task<Result<Applied>> read_applied(Database& database) {
    auto rows = co_await database.query("SELECT version, checksum FROM schema_migrations");
    if (!rows) co_return std::unexpected(rows.error());
    Applied applied;
    for (const Row& row : *rows) applied.checksums.emplace(row.integer(0), row.text(1));
    auto last = co_await database.query("SELECT COALESCE(MAX(version), 0) FROM schema_breaks");
    if (!last) co_return std::unexpected(last.error());
    applied.last_break = last->front().integer(0);
    co_return applied;
}

Result<void> check(const Applied& applied, std::span<const Migration> steps, Dialect dialect) {
    const std::int64_t current = applied.checksums.empty() ? 0 : applied.checksums.rbegin()->first;
    const int known = steps.empty() ? 0 : steps.back().version;
    if (applied.last_break > known) {
        return fail(
            Errc::invalid, "The database was written by a newer version (schema " +
                               std::to_string(applied.last_break) + ", this program knows " +
                               std::to_string(known) + "). Install that version or a newer one."
        );
    }
    if (current > known) log::info("schema_is_newer", {{"schema", current}, {"known", known}});
    for (const Migration& step : steps) {
        const auto found = applied.checksums.find(step.version);
        if (found == applied.checksums.end() || found->second == checksum(step, dialect)) continue;
        return fail(
            Errc::invalid, "The database was made by another build: its schema change " +
                               std::to_string(step.version) + " (" + std::string(step.name) +
                               ") differs from this program's."
        );
    }
    return {};
}

/// False: another node has applied it meanwhile.
Task<Result<bool>> apply_in(Database& database, Transaction& tx, const Migration& step) {
    if (const std::string_view lock = migration_lock(database); !lock.empty()) {
        auto locked = co_await tx.query(std::string(lock));
        if (!locked) co_return std::unexpected(locked.error());
    }
    auto recorded = co_await tx.query(
        "INSERT INTO schema_migrations (version, name, applied_at, checksum) "
        "VALUES ($1, $2, $3, $4) ON CONFLICT (version) DO NOTHING",
        {std::int64_t{step.version}, std::string(step.name), now_ms(),
         checksum(step, database.dialect())}
    );
    if (!recorded) co_return std::unexpected(recorded.error());
    if (recorded->affected == 0) co_return false;
    for (const std::string& statement : split_statements(step.sql_for(database.dialect()))) {
        auto done = co_await tx.query(statement);
        if (!done) co_return std::unexpected(done.error());
    }
    co_return true;
}

Task<Result<bool>> apply(Database& database, const Migration& step) {
    auto applied = co_await database.transaction<bool>([&](Transaction& tx) {
        return apply_in(database, tx, step);
    });
    if (applied && *applied)
        log::info("migrated", {{"version", step.version}, {"name", step.name}});
    co_return applied;
}

std::string_view without_trailing_space(std::string_view line) {
    const auto last = line.find_last_not_of(" \t\r");
    return line.substr(0, last == line.npos ? 0 : last + 1);
}

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
    std::vector<std::string> statements;
    std::string statement;
    while (!sql.empty()) {
        const auto end = sql.find('\n');
        const std::string_view line = without_trailing_space(sql.substr(0, end));
        sql = end == sql.npos ? std::string_view() : sql.substr(end + 1);
        if (line.empty() || line.starts_with("--")) continue;
        statement += line;
        statement += '\n';
        if (!line.ends_with(';')) continue;
        statements.push_back(std::move(statement));
        statement.clear();
    }
    if (!statement.empty()) statements.push_back(std::move(statement));
    return statements;
}

Task<Result<int>> migrate(Database& database, std::span<const Migration> steps) {
    const auto prepared = co_await prepare(database);
    if (!prepared) co_return std::unexpected(prepared.error());
    const auto applied = co_await read_applied(database);
    if (!applied) co_return std::unexpected(applied.error());
    const auto fits = check(*applied, steps, database.dialect());
    if (!fits) co_return std::unexpected(fits.error());
    int count = 0;
    for (const Migration& step : steps) {
        if (applied->checksums.contains(step.version)) continue;
        const auto done = co_await apply(database, step);
        if (!done) co_return std::unexpected(done.error());
        if (*done) ++count;
    }
    co_return count;
}

}  // namespace reelshare::db
