#pragma once
// The feed made for one viewer: what may come next out of several sources, in the order of
// ranking.hpp, without what this viewer has seen. What was seen is asked of the rows of `views`
// themselves, so it is exact. Pages walk on by a cursor that names what it gave already, seen or
// not.

#include "base/task.hpp"
#include "db/database.hpp"
#include "videos/cursors.hpp"
#include "videos/ranking.hpp"
#include "videos/videos.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

struct FeedViewer {
    std::string name;                    ///< As the views table knows it.
    std::string user_id;                 ///< "" for a guest.
    std::vector<std::string> just_seen;  ///< Not in the table yet.
};

struct FeedPage {
    boost::json::array videos;
    std::optional<FeedPlace> next;  ///< Nothing: this was all.
    bool again = false;             ///< These were seen before: nothing is new.
};

/// What a cursor remembers of a post: see FeedPlace.
[[nodiscard]] std::uint32_t short_name_of(std::string_view id);

/// What may come next for this viewer, at least `wanted` where so many are there, `given` left out.
Task<Result<std::vector<ranking::Candidate>>> feed_candidates(
    db::Database& database,
    const FeedViewer& viewer,
    const std::vector<std::uint32_t>& given,
    std::size_t wanted
);

}  // namespace reelshare::videos
