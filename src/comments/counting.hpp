#pragma once
// What comments count: in their post, whose trend they lift, and in their thread. Part of the
// transactions that write them.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "db/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::comments {

/// What a change adds to a post.
struct Gain {
    std::int64_t comments = 0;
    std::int64_t threads = 0;
    std::vector<UnixMillis> lifted{};   ///< When comments came that lift the trend,
    std::vector<UnixMillis> lowered{};  ///< and those that are taken back.
};

/// `not_found` where the post went meanwhile.
Task<Result<void>> count(db::Transaction& tx, std::string video_id, Gain gain);

/// Locks the thread's row too. Whether the thread is there and shown.
Task<Result<bool>> count_reply(db::Transaction& tx, std::string thread_id, std::int64_t difference);

/// When the comments came that lifted the trend and go with this one.
Task<Result<std::vector<UnixMillis>>> lifts_in(db::Transaction& tx, std::string id);

}  // namespace reelshare::comments
