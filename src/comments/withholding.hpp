#pragma once
// What a moderator takes from everybody and gives back: a comment with its replies, or all comments
// of a user. Counts are those of what is shown.

#include "db/database.hpp"

#include <string>
#include <vector>

namespace reelshare::comments {

/// A condition on `c` (comments): neither it nor the thread it belongs to was taken away.
[[nodiscard]] std::string is_shown();

/// Where a comment hung; the thread is itself, where it began one.
struct Place {
    std::string video_id;
    std::string thread_id;
};

/// Part of the transaction of the deed. `not_found`.
Task<Result<Place>> set_hidden(db::Transaction& tx, std::string comment_id, bool hidden);
/// After the user's row has changed, in the same transaction. The posts whose counts changed.
Task<Result<std::vector<std::string>>> set_author_banned(
    db::Transaction& tx, std::string user_id, bool banned
);

}  // namespace reelshare::comments
