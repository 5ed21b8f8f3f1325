#include "comments/withholding.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace reelshare::comments {

namespace {

/// Counts anew rather than up or down: what hangs on a thread comes and goes with it. The first
/// statement of each pair locks the rows, so that the second sees what others had just written.
Task<Result<void>> recount(
    db::Transaction& tx,
    std::string param,
    std::string_view which_threads,
    std::string_view which_posts
) {
    const std::array statements{
        fmt::format("UPDATE comments SET reply_count = reply_count WHERE {}", which_threads),
        fmt::format(
            "UPDATE comments SET reply_count = (SELECT COUNT(*) FROM comments r "
            "WHERE r.parent_id = comments.id AND r.hidden = 0 AND r.author_banned = 0) WHERE {}",
            which_threads
        ),
        fmt::format("UPDATE videos SET comment_count = comment_count WHERE {}", which_posts),
        fmt::format(
            "UPDATE videos SET comment_count = (SELECT COUNT(*) FROM comments c "
            "WHERE c.video_id = videos.id AND {}), thread_count = (SELECT COUNT(*) FROM comments c "
            "WHERE c.video_id = videos.id AND c.parent_id IS NULL AND {}) WHERE {}",
            is_shown(), is_shown(), which_posts
        )
    };
    for (const std::string& statement : statements) {
        auto counted = co_await tx.query(statement, {param});
        if (!counted) co_return std::unexpected(counted.error());
    }
    co_return Result<void>();
}

}  // namespace

std::string is_shown() {
    return "c.hidden = 0 AND c.author_banned = 0 AND NOT EXISTS (SELECT 1 FROM comments p "
           "WHERE p.id = c.parent_id AND (p.hidden = 1 OR p.author_banned = 1))";
}

Task<Result<Place>> set_hidden(db::Transaction& tx, std::string comment_id, bool hidden) {
    auto rows = co_await tx.query(
        "UPDATE comments SET hidden = $2 WHERE id = $1 RETURNING video_id, COALESCE(parent_id, id)",
        {comment_id, std::int64_t{hidden}}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Comment not found!");
    auto counted = co_await recount(
        tx, std::move(comment_id),
        "id IN (SELECT COALESCE(c.parent_id, c.id) FROM comments c WHERE c.id = $1)",
        "id IN (SELECT c.video_id FROM comments c WHERE c.id = $1)"
    );
    if (!counted) co_return std::unexpected(counted.error());
    co_return Place{.video_id = rows->front().text(0), .thread_id = rows->front().text(1)};
}

Task<Result<std::vector<std::string>>> set_author_banned(
    db::Transaction& tx, std::string user_id, bool banned
) {
    auto rows = co_await tx.query(
        "UPDATE comments SET author_banned = $2 WHERE user_id = $1", {user_id, std::int64_t{banned}}
    );
    if (!rows) co_return std::unexpected(rows.error());
    auto counted = co_await recount(
        tx, user_id,
        "id IN (SELECT c.parent_id FROM comments c WHERE c.user_id = $1 AND c.parent_id IS NOT "
        "NULL)",
        "id IN (SELECT c.video_id FROM comments c WHERE c.user_id = $1)"
    );
    if (!counted) co_return std::unexpected(counted.error());
    auto posts = co_await tx.query(
        "SELECT DISTINCT video_id FROM comments WHERE user_id = $1", {std::move(user_id)}
    );
    if (!posts) co_return std::unexpected(posts.error());
    std::vector<std::string> ids;
    for (const db::Row& row : *posts) ids.push_back(row.text(0));
    co_return ids;
}

}  // namespace reelshare::comments
