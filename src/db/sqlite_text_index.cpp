#include "db/sqlite_text_index.hpp"

#include <fmt/format.h>

#include <array>

namespace reelshare::db {

namespace {

/// Each has <table>_words, <table>_texts and <table>_changed.
constexpr std::array<std::string_view, 2> kTables = {"search_posts", "search_people"};

Result<bool> any(SqliteConnection& connection, const std::string& select) {
    const auto rows = connection.run(select, {});
    if (!rows) return std::unexpected(rows.error());
    return !rows->empty();
}

Result<void> follow(SqliteConnection& connection, std::string_view table) {
    const auto changed = any(connection, fmt::format("SELECT 1 FROM {}_changed LIMIT 1", table));
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return {};
    for (const std::string_view step :
         {"DELETE FROM {0}_words WHERE rowid IN (SELECT n FROM {0}_changed)",
          "INSERT INTO {0}_words (rowid, words) SELECT n, words FROM {0}_texts "
          "WHERE n IN (SELECT n FROM {0}_changed)",
          "DELETE FROM {0}_changed"}) {
        const auto done = connection.run(fmt::format(fmt::runtime(step), table), {});
        if (!done) return std::unexpected(done.error());
    }
    return {};
}

}  // namespace

Result<void> SqliteTextIndexes::follow(SqliteConnection& connection) {
    if (!there_) {
        const auto found =
            any(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'search_people_changed'");
        if (!found) return std::unexpected(found.error());
        if (!*found) return {};
    }
    for (const std::string_view table : kTables)
        if (auto done = db::follow(connection, table); !done) return done;
    there_ = true;
    return {};
}

}  // namespace reelshare::db
