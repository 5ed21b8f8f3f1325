#pragma once
// How much one person may have here: the files of their posts as they were uploaded, and what their
// unfinished uploads have announced.

#include "db/database.hpp"

#include <cstdint>
#include <string>

namespace reelshare::uploads {

/// `too_large` with a word of its own.
inline constexpr std::string_view kQuotaExceeded = "quota_exceeded";

[[nodiscard]] std::unexpected<Error> over_quota(std::uint64_t quota);

/// What is left of `quota`; 0 where it is used up.
Task<Result<std::uint64_t>> quota_left(
    db::Database& database, std::string user_id, std::uint64_t quota
);

/// Whether what is there and `more` bytes are within `quota`. Locks the user's row: of two at once
/// the second counts the first.
Task<Result<void>> check_quota(
    db::Transaction& tx, std::string user_id, std::uint64_t quota, std::uint64_t more = 0
);

}  // namespace reelshare::uploads
