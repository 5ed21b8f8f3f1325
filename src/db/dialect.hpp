#pragma once
// The few places where SQLite and PostgreSQL want different words. Features ask for the words and
// stay one statement for both.

#include "db/database.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::db {

/// Ends a SELECT inside an UPDATE that takes the next row of a queue: rows that another worker is
/// taking at this moment are passed over. SQLite has one writer, so that there are none.
[[nodiscard]] std::string_view skip_locked(const Database& database);

/// What a database lacks that statements use: PostgreSQL's `now_ms()`. Run before migrations, under
/// the lock of `migration_lock`, in one transaction.
[[nodiscard]] std::span<const std::string_view> before_migrations(const Database& database);

/// Makes other nodes wait that want to migrate too, until the end of the transaction. Empty where
/// there are none.
[[nodiscard]] std::string_view migration_lock(const Database& database);

/// How a table of the search (060_search.sql) is read: as `s`, whose rows have a number that grows
/// with time.
struct TextSearch {
    std::string from;   ///< What stands behind FROM.
    std::string where;  ///< Which rows hold the words.
    std::string place;  ///< The row's number; the newest first by it costs no sorting.
};

/// `words`: the parameter that holds `text_query` of them, say "$1".
[[nodiscard]] TextSearch text_search(
    const Database& database, std::string_view table, std::string_view words
);

/// A search for what holds all of these words, the last of which may be a beginning. They are
/// letters and digits (`words_of` of base/words.hpp): nothing in them is syntax.
[[nodiscard]] std::string text_query(
    const Database& database, const std::vector<std::string>& words
);

}  // namespace reelshare::db
