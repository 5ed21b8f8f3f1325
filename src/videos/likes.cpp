// Likes: a row for each, and their number in the post, changed in the same transaction by the
// number of rows that really came or went. So no order of concurrent requests can make the two
// differ.

#include "base/clock.hpp"
#include "base/id.hpp"
#include "videos/videos.hpp"

namespace reelshare::videos {

namespace {

/// 1 or 0: how many likes came.
Task<Result<std::int64_t>> add_like(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto added = co_await tx.query(
        "INSERT INTO engagements (video_id, user_id, created_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (video_id, user_id) DO NOTHING",
        {id, user_id, now_ms()}
    );
    if (!added) co_return std::unexpected(added.error());
    co_return added->affected;
}

/// 1 or 0: how many likes went.
Task<Result<std::int64_t>> take_like(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto taken = co_await tx.query(
        "DELETE FROM engagements WHERE video_id = $1 AND user_id = $2", {id, user_id}
    );
    if (!taken) co_return std::unexpected(taken.error());
    co_return taken->affected;
}

/// A row where the post exists and this user may see it.
Task<Result<void>> require_visible(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto rows = co_await tx.query(
        "SELECT 1 FROM videos v JOIN assets a ON a.id = v.asset_id WHERE v.id = $1 "
        "AND (v.uploader_id = $2 OR (a.state IN ('playable', 'ready') AND v.visibility <> "
        "'private'))",
        {id, user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    co_return Result<void>();
}

Task<Result<LikeState>> apply(
    db::Transaction& tx, const std::string& id, const std::string& user_id, LikeChange change
) {
    auto visible = co_await require_visible(tx, id, user_id);
    if (!visible) co_return std::unexpected(visible.error());
    std::int64_t difference = 0;
    if (change != LikeChange::like) {
        auto taken = co_await take_like(tx, id, user_id);
        if (!taken) co_return std::unexpected(taken.error());
        difference = -*taken;
    }
    const bool liked =
        change == LikeChange::like || (change == LikeChange::toggle && difference == 0);
    if (liked) {
        auto added = co_await add_like(tx, id, user_id);
        if (!added) co_return std::unexpected(added.error());
        difference = *added;
    }
    auto rows = co_await tx.query(
        "UPDATE videos SET like_count = like_count + $2 WHERE id = $1 RETURNING like_count",
        {id, difference}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    co_return LikeState{.like_count = rows->front().integer(0), .is_liked = liked};
}

}  // namespace

Task<Result<bool>> Videos::is_liked(std::string id, std::string user_id) {
    auto rows = co_await database_.query(
        "SELECT 1 FROM engagements WHERE video_id = $1 AND user_id = $2",
        {std::move(id), std::move(user_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return !rows->empty();
}

Task<Result<LikeState>> Videos::change_like(
    std::string id, std::string user_id, LikeChange change
) {
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    auto state = co_await database_.transaction<LikeState>(
        [&](db::Transaction& tx) -> Task<Result<LikeState>> {
            return apply(tx, id, user_id, change);
        }
    );
    if (state) counts_changed({id});
    co_return state;
}

}  // namespace reelshare::videos
