#pragma once
// Pictures of users that a row names and the store does not have.

#include "db/database.hpp"
#include "objects/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::processing {

/// Where a version of a user's picture is kept, `size` of media::kAvatarSizes.
[[nodiscard]] std::string avatar_key(std::string_view user_id, std::string_view version, int size);

struct LostAvatar {
    std::string user_id;
    std::string version;
    std::string key;  ///< What is not there.
};

Task<Result<std::vector<LostAvatar>>> find_lost_avatars(
    db::Database& database, objects::Store& store
);
/// The user has no picture afterwards, unless it was changed meanwhile.
Task<Result<void>> forget_avatar(db::Database& database, LostAvatar avatar);

}  // namespace reelshare::processing
