#pragma once
// A row of the database as the video object of the contract.

#include "db/database.hpp"
#include "delivery/media_links.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace reelshare::videos {

/// What `video_json` reads, in its order; of `kVideoTables`.
inline constexpr std::string_view kVideoColumns =
    "v.id, v.uploader_id, u.name, v.title, v.description, v.visibility, v.tags, v.view_count, "
    "v.like_count, v.comment_count, v.created_at, v.updated_at, a.state, a.duration, a.width, "
    "a.height, "
    "a.placeholder, a.metadata, a.report, a.media_prefix, a.failure, v.hidden, v.uploader_banned, "
    "u.avatar";
inline constexpr std::string_view kVideoTables =
    "videos v JOIN users u ON u.id = v.uploader_id JOIN assets a ON a.id = v.asset_id";

/// Links begin with `origin`, those to media as `links` says: of a private post they are signed, so
/// show the answer to its owner only. What was taken from everybody says so in `hidden`, and its
/// links are for moderators. No e-mail address: an uploader is id, name and picture.
[[nodiscard]] boost::json::object video_json(
    const db::Row& row, std::string_view origin, const delivery::MediaLinks& links
);

/// How the contract calls the state of an asset.
[[nodiscard]] std::string_view status_of(std::string_view asset_state);

/// Whether anybody may see a post whose asset is in this state, and not its owner only.
[[nodiscard]] bool is_playable(std::string_view asset_state);

}  // namespace reelshare::videos
