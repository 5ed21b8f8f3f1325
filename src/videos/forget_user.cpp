#include "videos/forget_user.hpp"

#include "webhooks/outbox.hpp"

#include <set>
#include <utility>

namespace reelshare::videos {

Task<Result<Forgotten>> forget_user(db::Transaction& tx, std::string user_id) {
    Forgotten forgotten;
    auto unliked = co_await tx.query(
        "UPDATE videos SET like_count = like_count - 1 WHERE id IN "
        "(SELECT video_id FROM engagements WHERE user_id = $1) RETURNING id",
        {user_id}
    );
    if (!unliked) co_return std::unexpected(unliked.error());
    for (const db::Row& row : *unliked) forgotten.liked.push_back(row.text(0));
    auto likes = co_await tx.query("DELETE FROM engagements WHERE user_id = $1", {user_id});
    if (!likes) co_return std::unexpected(likes.error());
    auto posts = co_await tx.query(
        "DELETE FROM videos WHERE uploader_id = $1 RETURNING id, asset_id", {user_id}
    );
    if (!posts) co_return std::unexpected(posts.error());
    std::set<std::string> assets;
    for (const db::Row& row : *posts) {
        forgotten.posts.push_back(row.text(0));
        assets.insert(row.text(1));
        auto told = co_await webhooks::record(
            tx, "video.deleted", {{"videoId", row.text(0)}, {"uploaderId", user_id}}
        );
        if (!told) co_return std::unexpected(told.error());
    }
    for (const std::string& asset : assets) {
        auto removed = co_await remove_asset(tx, asset);
        if (!removed) co_return std::unexpected(removed.error());
        if (!removed->asset_id.empty()) forgotten.leftovers.push_back(std::move(*removed));
    }
    co_return forgotten;
}

}  // namespace reelshare::videos
