#pragma once
// Deleting much without holding others up.

#include "db/database.hpp"

#include <cstdint>
#include <string>

namespace reelshare::db {

/// Rows deleted in one transaction: others must get at the database in between.
inline constexpr std::int64_t kBatch = 5'000;

/// Runs a DELETE of at most `kBatch` rows until there is nothing left to delete; how many rows that
/// were.
Task<Result<std::int64_t>> delete_in_batches(Database& database, std::string sql, Params params);

}  // namespace reelshare::db
