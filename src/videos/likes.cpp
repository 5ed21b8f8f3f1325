// Likes: a row for each, and their number in the post, changed in the same transaction by the
// number of rows that really came or went. So no order of concurrent requests can make the two
// differ.

#include "base/clock.hpp"
#include "base/id.hpp"
#include "videos/ranking.hpp"
#include "videos/videos.hpp"

namespace reelshare::videos {

namespace {

/// A like that came or went.
struct Changed {
    std::int64_t difference = 0;  ///< 1, -1, or 0 where nothing changed.
    UnixMillis at = 0;            ///< When it came.
};

Task<Result<Changed>> add_like(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    const UnixMillis now = now_ms();
    auto added = co_await tx.query(
        "INSERT INTO engagements (video_id, user_id, created_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (video_id, user_id) DO NOTHING",
        {id, user_id, now}
    );
    if (!added) co_return std::unexpected(added.error());
    co_return Changed{.difference = added->affected, .at = now};
}

Task<Result<Changed>> take_like(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto taken = co_await tx.query(
        "DELETE FROM engagements WHERE video_id = $1 AND user_id = $2 RETURNING created_at",
        {id, user_id}
    );
    if (!taken) co_return std::unexpected(taken.error());
    if (taken->empty()) co_return Changed{};
    co_return Changed{.difference = -1, .at = taken->front().integer(0)};
}

/// The number of likes, and the trend with it; the first statement locks the row for the second.
Task<Result<std::int64_t>> count_like(db::Transaction& tx, const std::string& id, Changed changed) {
    auto rows = co_await tx.query(
        "UPDATE videos SET like_count = like_count + $2 WHERE id = $1 "
        "RETURNING like_count, trend, created_at",
        {id, changed.difference}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    const db::Row& row = rows->front();
    if (changed.difference == 0) co_return row.integer(0);
    const double trend =
        changed.difference > 0
            ? ranking::raised(row.real(1), ranking::kLike, changed.at)
            : ranking::lowered(row.real(1), ranking::kLike, changed.at, row.integer(2));
    auto moved = co_await tx.query("UPDATE videos SET trend = $2 WHERE id = $1", {id, trend});
    if (!moved) co_return std::unexpected(moved.error());
    co_return row.integer(0);
}

/// A row where the post exists and this user may see it.
Task<Result<void>> require_visible(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto rows = co_await tx.query(
        "SELECT 1 FROM videos v JOIN assets a ON a.id = v.asset_id WHERE v.id = $1 "
        "AND (a.state IN ('playable', 'ready') OR v.uploader_id = $2)",
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
    Changed changed;
    if (change != LikeChange::like) {
        auto taken = co_await take_like(tx, id, user_id);
        if (!taken) co_return std::unexpected(taken.error());
        changed = *taken;
    }
    const bool liked =
        change == LikeChange::like || (change == LikeChange::toggle && changed.difference == 0);
    if (liked) {
        auto added = co_await add_like(tx, id, user_id);
        if (!added) co_return std::unexpected(added.error());
        changed = *added;
    }
    auto count = co_await count_like(tx, id, changed);
    if (!count) co_return std::unexpected(count.error());
    co_return LikeState{.like_count = *count, .is_liked = liked};
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
