// Reading: pages of comments and of replies, cut on ids alone so that skipped rows cost an index
// entry and no more. Whom the viewer has blocked is left out.

#include "accounts/blocking.hpp"
#include "base/id.hpp"
#include "comments/comment_json.hpp"
#include "comments/comments.hpp"
#include "comments/withholding.hpp"
#include "videos/visibility.hpp"

#include <fmt/format.h>

namespace reelshare::comments {

namespace {

/// `$1` is the post or comment that the list hangs on, `$2` the viewer.
std::string page_sql(std::string_view where, std::string_view order, bool keyset) {
    const std::string_view beyond = !keyset           ? ""
                                    : order == "DESC" ? " AND id < $5"
                                                      : " AND id > $5";
    return fmt::format(
        "SELECT {}, {} FROM (SELECT id AS page_id FROM comments WHERE {}{} AND NOT {} "
        "ORDER BY id {} LIMIT $3 OFFSET $4) page JOIN comments c ON c.id = page.page_id JOIN users "
        "u ON u.id = c.user_id "
        "LEFT JOIN comment_likes l ON l.comment_id = c.id AND l.user_id = $2 ORDER BY c.id {}",
        kCommentColumns, kListedColumns, where, beyond,
        accounts::has_blocked("$2", "comments.user_id"), order, order
    );
}

std::string post_visible(const Reader& reader) {
    if (!reader.judges) return videos::may_see("$2");
    return fmt::format("({} OR {})", videos::may_see("$2"), videos::may_judge());
}

/// One row more than `limit` was asked for, to learn whether there is more.
CommentList list_of(
    const db::Rows& rows, std::int64_t limit, std::int64_t total, std::string_view origin
) {
    CommentList list;
    list.total = total;
    for (const db::Row& row : rows) {
        if (static_cast<std::int64_t>(list.comments.size()) == limit) {
            list.more = true;
            break;
        }
        list.last_id = row.text(0);
        list.comments.push_back(listed_json(row, origin));
    }
    return list;
}

Task<Result<CommentList>> read_page(
    db::Database& database,
    std::string owner_id,
    Reader reader,
    std::string where,
    std::string_view order,
    Part part,
    std::int64_t total
) {
    const bool keyset = !part.after_id.empty();
    if (!reader.judges) where += " AND hidden = 0 AND author_banned = 0";
    db::Params params{std::move(owner_id), std::move(reader.id), part.limit + 1, part.offset};
    if (keyset) params.emplace_back(std::move(part.after_id));
    auto rows = co_await database.query(page_sql(where, order, keyset), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    co_return list_of(*rows, part.limit, total, reader.origin);
}

}  // namespace

Task<Result<CommentList>> Comments::of_video(std::string video_id, Reader reader, Part part) {
    if (!is_id(video_id)) co_return fail(Errc::not_found, "Video not found!");
    auto video = co_await database_.query(
        fmt::format(
            "SELECT v.thread_count FROM videos v JOIN assets a ON a.id = v.asset_id "
            "WHERE v.id = $1 AND {}",
            post_visible(reader)
        ),
        {video_id, reader.id}
    );
    if (!video) co_return std::unexpected(video.error());
    if (video->empty()) co_return fail(Errc::not_found, "Video not found!");
    auto list = co_await read_page(
        database_, std::move(video_id), std::move(reader), "video_id = $1 AND parent_id IS NULL",
        "DESC", std::move(part), video->front().integer(0)
    );
    co_return list;
}

Task<Result<CommentList>> Comments::replies_of(std::string comment_id, Reader reader, Part part) {
    if (!is_id(comment_id)) co_return fail(Errc::not_found, "Comment not found!");
    auto comment = co_await database_.query(
        fmt::format(
            "SELECT c.reply_count FROM comments c JOIN videos v ON v.id = c.video_id "
            "JOIN assets a ON a.id = v.asset_id WHERE c.id = $1 AND {} AND {}",
            post_visible(reader), reader.judges ? "1 = 1" : is_shown()
        ),
        {comment_id, reader.id}
    );
    if (!comment) co_return std::unexpected(comment.error());
    if (comment->empty()) co_return fail(Errc::not_found, "Comment not found!");
    auto list = co_await read_page(
        database_, std::move(comment_id), std::move(reader), "parent_id = $1", "ASC",
        std::move(part), comment->front().integer(0)
    );
    co_return list;
}

}  // namespace reelshare::comments
