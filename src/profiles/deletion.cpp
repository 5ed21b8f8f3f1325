#include "profiles/deletion.hpp"

#include "base/clock.hpp"

#include <utility>

namespace reelshare::profiles {

namespace {

/// Nothing new can refer to the user from here on, and they cannot log in: in PostgreSQL the change
/// of a unique column takes the lock that foreign keys wait for. The picture that it showed.
Task<Result<std::string>> take_row(db::Transaction& tx, std::string user_id) {
    auto taken = co_await tx.query(
        "UPDATE users SET email = $2, suspended_at = $3 WHERE id = $1 RETURNING avatar",
        {user_id, "deleted " + user_id, now_ms()}
    );
    if (!taken) co_return std::unexpected(taken.error());
    if (taken->empty()) co_return fail(Errc::not_found, "User not found!");
    co_return taken->front().text(0);
}

/// What counts elsewhere and is about to go by cascade. Comments that a moderator hid, or of banned
/// users, were not counted.
Task<Result<void>> lower_counts(db::Transaction& tx, std::string user_id) {
    for (const char* statement : {
             "UPDATE users SET follower_count = follower_count - 1 WHERE id IN "
             "(SELECT followed_id FROM follows WHERE follower_id = $1)",
             "UPDATE users SET following_count = following_count - 1 WHERE id IN "
             "(SELECT follower_id FROM follows WHERE followed_id = $1)",
             "UPDATE comments SET like_count = like_count - 1 WHERE id IN "
             "(SELECT comment_id FROM comment_likes WHERE user_id = $1)",
             "UPDATE comments SET reply_count = reply_count - (SELECT COUNT(*) FROM comments r "
             "WHERE r.parent_id = comments.id AND r.user_id = $1 AND r.hidden = 0 AND "
             "r.author_banned = 0) WHERE id IN "
             "(SELECT parent_id FROM comments WHERE user_id = $1 AND parent_id IS NOT NULL)",
             "UPDATE videos SET comment_count = comment_count - (SELECT COUNT(*) FROM comments c "
             "LEFT JOIN comments p ON p.id = c.parent_id WHERE c.video_id = videos.id "
             "AND (c.user_id = $1 OR p.user_id = $1) AND c.hidden = 0 AND c.author_banned = 0 "
             "AND COALESCE(p.hidden, 0) = 0 AND COALESCE(p.author_banned, 0) = 0), "
             "thread_count = thread_count - (SELECT COUNT(*) FROM comments c "
             "WHERE c.video_id = videos.id AND c.user_id = $1 AND c.parent_id IS NULL "
             "AND c.hidden = 0 AND c.author_banned = 0) "
             "WHERE id IN (SELECT video_id FROM comments WHERE user_id = $1)",
         }) {
        auto lowered = co_await tx.query(statement, {user_id});
        if (!lowered) co_return std::unexpected(lowered.error());
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<Deleted>> delete_account(db::Database& database, std::string user_id) {
    auto done =
        co_await database.transaction<Deleted>([&](db::Transaction& tx) -> Task<Result<Deleted>> {
            Deleted deleted;
            auto taken = co_await take_row(tx, user_id);
            if (!taken) co_return std::unexpected(taken.error());
            deleted.avatar = std::move(*taken);
            auto commented = co_await tx.query(
                "SELECT DISTINCT video_id FROM comments WHERE user_id = $1", {user_id}
            );
            if (!commented) co_return std::unexpected(commented.error());
            for (const db::Row& row : *commented) deleted.commented.push_back(row.text(0));
            auto lowered = co_await lower_counts(tx, user_id);
            if (!lowered) co_return std::unexpected(lowered.error());
            auto forgotten = co_await videos::forget_user(tx, user_id);
            if (!forgotten) co_return std::unexpected(forgotten.error());
            deleted.videos = std::move(*forgotten);
            auto gone = co_await tx.query("DELETE FROM users WHERE id = $1", {user_id});
            if (!gone) co_return std::unexpected(gone.error());
            co_return deleted;
        });
    co_return done;
}

}  // namespace reelshare::profiles
