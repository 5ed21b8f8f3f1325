#include "db/installation.hpp"

#include <utility>

namespace reelshare::db {

Task<Result<std::optional<std::string>>> installation_fact(Database& database, std::string name) {
    auto rows = co_await database.query(
        "SELECT value FROM installation WHERE name = $1", {std::move(name)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return std::optional<std::string>();
    co_return rows->front().text(0);
}

Task<Result<std::string>> keep_fact(Database& database, std::string name, std::string value) {
    // The update changes nothing: it makes the statement answer with the row that is there.
    auto rows = co_await database.execute(
        "INSERT INTO installation (name, value) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET value = installation.value RETURNING value",
        {std::move(name), std::move(value)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().text(0);
}

Task<Result<void>> set_fact(Database& database, std::string name, std::string value) {
    auto rows = co_await database.execute(
        "INSERT INTO installation (name, value) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {std::move(name), std::move(value)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Result<void>();
}

}  // namespace reelshare::db
