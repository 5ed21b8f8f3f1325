#pragma once
// Copies of an SQLite database that may be in use by another process. The source is opened
// read-only and never checkpointed: SQLite before 3.51.3 can damage a database that two connections
// checkpoint.

#include "db/database.hpp"

#include <filesystem>

namespace reelshare::db {

/// A copy of `from` as it was at one moment, in the new file `to` (0600), synced. Writers of `from`
/// go on meanwhile. Errors: `not_found` (no database there), `no_space`, `unavailable`.
[[nodiscard]] Result<void> copy_sqlite(
    const std::filesystem::path& from, const std::filesystem::path& to
);

/// Every page, index and foreign key of a database that nobody writes to. `invalid` says what is
/// wrong.
[[nodiscard]] Result<void> check_sqlite(const std::filesystem::path& file);

/// What one SELECT without parameters finds in it.
[[nodiscard]] Result<Rows> read_sqlite(const std::filesystem::path& file, const std::string& sql);

}  // namespace reelshare::db
