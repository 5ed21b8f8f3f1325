#pragma once
// Sessions that are over for good.

#include "db/database.hpp"

#include <cstdint>

namespace reelshare::accounts {

/// Forgets sessions that would have ended by themselves more than a day ago, some at a time; how
/// many those were. What was ended by hand is no longer prolonged, and goes with them.
Task<Result<std::int64_t>> forget_old_sessions(db::Database& database);

}  // namespace reelshare::accounts
