// Likes on comments: the count moves in the transaction of the row, by the number of rows that
// really came or went.

#include "accounts/blocking.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "comments/comments.hpp"
#include "comments/withholding.hpp"
#include "notifications/notice.hpp"
#include "videos/visibility.hpp"

#include <fmt/format.h>

namespace reelshare::comments {

namespace {

struct Liked {
    CommentLikeState state;
    std::string video_id;
    std::string thread_id;  ///< Of a reply, else "".
    std::string told;       ///< Whom to announce it to; "" for nobody.
};

std::unexpected<Error> not_found() {
    return fail(Errc::not_found, "Comment not found!");
}

/// The number of likes that came or went: 1, 0 or -1.
Task<Result<std::int64_t>> move_like(
    db::Transaction& tx, const std::string& id, const std::string& user_id, bool like
) {
    std::string sql = "DELETE FROM comment_likes WHERE comment_id = $1 AND user_id = $2";
    db::Params params{id, user_id};
    if (like) {
        sql =
            "INSERT INTO comment_likes (comment_id, user_id, created_at) VALUES ($1, $2, $3) "
            "ON CONFLICT (comment_id, user_id) DO NOTHING";
        params.emplace_back(now_ms());
    }
    auto moved = co_await tx.query(std::move(sql), std::move(params));
    if (!moved) co_return std::unexpected(moved.error());
    co_return like ? moved->affected : -moved->affected;
}

Task<Result<Liked>> apply(
    db::Transaction& tx, const std::string& id, const std::string& user_id, bool like
) {
    auto visible = co_await tx.query(
        fmt::format(
            "SELECT CASE WHEN {} OR {} THEN 1 ELSE 0 END FROM comments c "
            "JOIN videos v ON v.id = c.video_id JOIN assets a ON a.id = v.asset_id "
            "WHERE c.id = $1 AND {} AND {}",
            accounts::has_blocked("v.uploader_id", "$2"), accounts::has_blocked("c.user_id", "$2"),
            videos::may_see("$2"), is_shown()
        ),
        {id, user_id}
    );
    if (!visible) co_return std::unexpected(visible.error());
    if (visible->empty()) co_return not_found();
    if (like && visible->front().flag(0)) co_return accounts::refused_by_block();
    auto moved = co_await move_like(tx, id, user_id, like);
    if (!moved) co_return std::unexpected(moved.error());
    auto rows = co_await tx.query(
        "UPDATE comments SET like_count = like_count + $2 WHERE id = $1 "
        "RETURNING like_count, video_id, parent_id, user_id",
        {id, *moved}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return not_found();
    const db::Row& row = rows->front();
    Liked liked{
        .state = {.like_count = row.integer(0), .is_liked = like},
        .video_id = row.text(1),
        .thread_id = row.text(2),
        .told = {}
    };
    if (*moved <= 0) co_return liked;
    auto noted = co_await notifications::note(
        tx, {.user_id = row.text(3),
             .actor_id = user_id,
             .kind = "comment_like",
             .video_id = liked.video_id,
             .comment_id = id}
    );
    if (!noted) co_return std::unexpected(noted.error());
    if (*noted) liked.told = row.text(3);
    co_return liked;
}

}  // namespace

Task<Result<CommentLikeState>> Comments::change_like(
    std::string id, std::string user_id, bool like
) {
    if (!is_id(id)) co_return not_found();
    auto liked =
        co_await database_.transaction<Liked>([&](db::Transaction& tx) -> Task<Result<Liked>> {
            return apply(tx, id, user_id, like);
        });
    if (!liked && liked.error().code == Errc::conflict) co_return not_found();
    if (!liked) co_return std::unexpected(liked.error());
    // What the post shows of it, the number of comments, stays.
    lists_changed(liked->video_id, liked->thread_id);
    if (!liked->told.empty()) notifications::announce(bus_, liked->told);
    co_return liked->state;
}

}  // namespace reelshare::comments
