#pragma once
// What became of somebody's clips, for their owner.

#include "base/task.hpp"
#include "db/database.hpp"
#include "delivery/media_links.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace reelshare::statistics {

/// Lists in the answer end here; the totals count everything.
inline constexpr std::int64_t kMaxClips = 500;
inline constexpr std::int64_t kMaxPeople = 1000;

/// The `data` of GET /statistics: totals, the clips by views, and the profile with who follows
/// whom. Links begin with `origin`. `not_found`: no such user.
Task<Result<boost::json::object>> statistics_of(
    db::Database& database,
    std::string user_id,
    std::string origin,
    const delivery::MediaLinks& links
);

/// Likes in a hundred views, as "12.34%".
[[nodiscard]] std::string engagement_rate(std::int64_t likes, std::int64_t views);

}  // namespace reelshare::statistics
