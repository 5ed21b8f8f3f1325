#pragma once
// What features tell somebody, in the transaction of what happened.

#include "cache/bus.hpp"
#include "db/database.hpp"

#include <string>

namespace reelshare::notifications {

/// `kind` is one of like, comment, reply, comment_like, follow.
struct Notice {
    std::string user_id;   ///< Who learns of it.
    std::string actor_id;  ///< Who did it.
    std::string kind;
    std::string video_id{};    ///< "" for a follow.
    std::string comment_id{};  ///< The one that was written or liked; else "".
};

/// Notes it, unless one told oneself, or it was told before, or the reader has muted or blocked the
/// other. Whether anything was noted: then `announce` once the transaction is committed.
Task<Result<bool>> note(db::Transaction& tx, Notice notice);

/// Tells the open streams of the reader.
void announce(cache::Bus& bus, const std::string& user_id);

/// The topic on the bus; the payload means nothing.
[[nodiscard]] std::string topic_of(const std::string& user_id);

}  // namespace reelshare::notifications
