#pragma once
// What was seen within half a second or so, and its way into the database: one transaction, applied
// exactly once whatever happens to the process or to the answer of the commit.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "db/database.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reelshare::videos {

/// What a player told: the time that it has shown the clip in this visit, so far.
struct Watch {
    std::int64_t watched_ms = 0;
    bool completed = false;
};

/// One viewer's look at one post.
struct Sight {
    UnixMillis at = 0;
    std::string alias{};  ///< A second name of this viewer (the cookie just given), or "".
    std::optional<Watch> watch{};

    /// Adds what was noted later; false where that says nothing new.
    bool merge(const Sight& later);
};

struct ViewBatch {
    using Key = std::pair<std::string, std::string>;  ///< Post, viewer.

    std::string id;  ///< A fresh new_id().
    std::map<Key, Sight> sights{};
};

struct AppliedBatch {
    std::int64_t new_views = 0;
    std::vector<std::string> changed;  ///< Posts whose counts changed.
};

/// Counts what is new: a view once per post, viewer and `window`; of what a player told in a
/// window, the most. A batch that was applied before changes nothing. `previous`: a batch that will
/// not come again, or ""; it is forgotten.
Task<Result<AppliedBatch>> apply_batch(
    db::Transaction& tx,
    const ViewBatch& batch,
    std::string previous,
    std::chrono::milliseconds window
);

}  // namespace reelshare::videos
