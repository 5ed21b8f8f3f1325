// Likes: a row for each, and their number in the post, changed in the same transaction by the
// number of rows that really came or went. So no order of concurrent requests can make the two
// differ.

#include "accounts/blocking.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "notifications/notice.hpp"
#include "videos/ranking.hpp"
#include "videos/videos.hpp"
#include "videos/visibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

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

/// A post that its viewer may see.
struct Post {
    std::string uploader_id;
    bool blocked = false;  ///< Its uploader has blocked the viewer.
};

Task<Result<Post>> find_post(
    db::Transaction& tx, const std::string& id, const std::string& user_id
) {
    auto rows = co_await tx.query(
        fmt::format(
            "SELECT v.uploader_id, CASE WHEN {} THEN 1 ELSE 0 END FROM videos v "
            "JOIN assets a ON a.id = v.asset_id WHERE v.id = $1 AND {}",
            accounts::has_blocked("v.uploader_id", "$2"), may_see("$2")
        ),
        {id, user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    co_return Post{.uploader_id = rows->front().text(0), .blocked = rows->front().flag(1)};
}

/// What came of it, and who is to be told ("" for nobody).
struct Applied {
    LikeState state;
    std::string told;
};

Task<Result<Applied>> apply(
    db::Transaction& tx, const std::string& id, const std::string& user_id, LikeChange change
) {
    auto post = co_await find_post(tx, id, user_id);
    if (!post) co_return std::unexpected(post.error());
    if (post->blocked && change != LikeChange::unlike) co_return accounts::refused_by_block();
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
    Applied applied{.state = {.like_count = *count, .is_liked = liked}, .told = {}};
    if (changed.difference > 0) {
        auto noted = co_await notifications::note(
            tx, {.user_id = post->uploader_id, .actor_id = user_id, .kind = "like", .video_id = id}
        );
        if (!noted) co_return std::unexpected(noted.error());
        if (*noted) applied.told = std::move(post->uploader_id);
    }
    co_return applied;
}

}  // namespace

Task<Result<bool>> Videos::is_liked(std::string id, std::string user_id) {
    const LikedSets::Known known = liked_.find(user_id, id);
    if (known == LikedSets::Known::liked || known == LikedSets::Known::not_liked)
        co_return known == LikedSets::Known::liked;
    if (known == LikedSets::Known::too_many) {
        auto rows = co_await database_.query(
            "SELECT 1 FROM engagements WHERE video_id = $1 AND user_id = $2",
            {std::move(id), std::move(user_id)}
        );
        if (!rows) co_return std::unexpected(rows.error());
        co_return !rows->empty();
    }
    const std::uint64_t generation = liked_.generation(user_id);
    const auto rows = co_await database_.query(
        "SELECT video_id FROM engagements WHERE user_id = $1 LIMIT $2",
        {user_id, static_cast<std::int64_t>(LikedSets::kMostLikes) + 1}
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<std::string> liked;
    for (const db::Row& row : *rows) liked.push_back(row.text(0));
    liked_.keep(user_id, liked, generation);
    if (liked.size() > LikedSets::kMostLikes) {
        auto one = co_await is_liked(std::move(id), std::move(user_id));
        co_return one;
    }
    co_return std::ranges::find(liked, id) != liked.end();
}

void Videos::likes_changed(const std::string& user_id) {
    liked_.drop(user_id);
}

Task<Result<LikeState>> Videos::change_like(
    std::string id, std::string user_id, LikeChange change
) {
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    auto applied =
        co_await database_.transaction<Applied>([&](db::Transaction& tx) -> Task<Result<Applied>> {
            return apply(tx, id, user_id, change);
        });
    if (!applied) co_return std::unexpected(applied.error());
    likes_changed(user_id);
    counts_changed({id});
    if (!applied->told.empty()) notifications::announce(bus_, applied->told);
    co_return applied->state;
}

}  // namespace reelshare::videos
