#pragma once
// The few places where SQLite and PostgreSQL want different words. Features ask for the words and
// stay one statement for both.

#include "db/database.hpp"

#include <span>
#include <string_view>

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

}  // namespace reelshare::db
