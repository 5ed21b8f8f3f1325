#include "db/tables.hpp"

#include <algorithm>
#include <utility>

namespace reelshare::db {

namespace {

Column::Kind kind_of(const std::string& type) {
    if (type == "INTEGER" || type == "BIGINT") return Column::Kind::integer;
    return type == "DOUBLE PRECISION" ? Column::Kind::real : Column::Kind::text;
}

Task<Result<std::string>> parent_of(Database& database, std::string name) {
    auto rows = co_await database.query(
        "SELECT \"from\" FROM pragma_foreign_key_list($1) WHERE \"table\" = $1", {std::move(name)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->empty() ? std::string() : rows->front().text(0);
}

Task<Result<Table>> describe(Database& database, std::string name) {
    auto rows = co_await database.query(
        "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid", {name}
    );
    if (!rows) co_return std::unexpected(rows.error());
    Table table{.name = std::move(name), .columns = {}, .key = {}};
    std::vector<std::pair<std::int64_t, std::string>> key;
    for (const Row& row : *rows) {
        table.columns.push_back({row.text(0), kind_of(row.text(1))});
        if (row.integer(2) > 0) key.emplace_back(row.integer(2), row.text(0));
    }
    std::ranges::sort(key);
    for (auto& [place, column] : key) table.key.push_back(std::move(column));
    if (table.key.empty()) co_return fail_internal("table without a key: " + table.name);
    auto parent = co_await parent_of(database, table.name);
    if (!parent) co_return std::unexpected(parent.error());
    table.parent = std::move(*parent);
    co_return table;
}

}  // namespace

Task<Result<std::vector<Table>>> tables_of_sqlite(Database& database) {
    // A table can only refer to those that were made before it.
    auto rows = co_await database.query(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name "
        "WHERE m.type = 'table' AND l.type = 'table' AND l.schema = 'main' "
        "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE 'search\\_%' ESCAPE '\\' "
        "AND m.name NOT LIKE 'schema\\_%' ESCAPE '\\' AND m.name <> 'installation' ORDER BY m.rowid"
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<Table> tables;
    for (const Row& row : *rows) {
        auto table = co_await describe(database, row.text(0));
        if (!table) co_return std::unexpected(table.error());
        tables.push_back(std::move(*table));
    }
    co_return tables;
}

}  // namespace reelshare::db
