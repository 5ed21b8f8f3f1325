#pragma once
// What a moderator takes from everybody and gives back: a post, or all posts of a user.

#include "db/database.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

/// What changed, to be told to the caches after the transaction.
struct Withheld {
    std::vector<std::string> video_ids;
    std::vector<std::string> asset_ids;
};

/// Part of the transaction of the deed. `not_found`.
Task<Result<Withheld>> set_hidden(db::Transaction& tx, std::string video_id, bool hidden);
/// After the user's row has changed, in the same transaction.
Task<Result<Withheld>> set_uploader_banned(db::Transaction& tx, std::string user_id, bool banned);

/// Whether a row of `videos` belongs in lists, as SQL; `shown`: the condition that nobody took it
/// away.
[[nodiscard]] std::string is_listed(std::string_view shown);

}  // namespace reelshare::videos
