#pragma once
// How long is known who has seen what: for the feed that shows nothing twice, and for what a viewer
// likes to see to the end. Counts and statistics do not need it.

#include "db/database.hpp"

#include <chrono>
#include <cstdint>

namespace reelshare::videos {

/// Forgets views whose window began longer than `age` ago, some at a time; how many those were.
Task<Result<std::int64_t>> forget_old_views(db::Database& database, std::chrono::milliseconds age);

}  // namespace reelshare::videos
