#pragma once
// What posts and likes have to do when a user's account is deleted.

#include "objects/store.hpp"
#include "videos/videos.hpp"

#include <string>
#include <vector>

namespace reelshare::videos {

struct Forgotten {
    std::vector<std::string> posts;    ///< Ids of the user's own, which are gone.
    std::vector<std::string> liked;    ///< Ids of others' that the user liked.
    std::vector<Leftovers> leftovers;  ///< In the object store.
};

/// Deletes the user's posts and likes with their counts. Part of the deletion's transaction, before
/// the user's row goes.
Task<Result<Forgotten>> forget_user(db::Transaction& tx, std::string user_id);

/// Deletes the asset where no post needs it any more. Part of the transaction that deleted a post.
Task<Result<Leftovers>> remove_asset(db::Transaction& tx, std::string asset_id);

/// Best effort: what stays behind, say because the server is stopped meanwhile, the clean-up pass
/// removes. Files that somebody opened again just before they went are closed on every node.
Task<void> remove_media(Videos& videos, objects::Store& store, Leftovers leftovers);

}  // namespace reelshare::videos
