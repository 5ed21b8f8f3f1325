// Writing: each change and the counts that it moves are one transaction. Rows are locked in one
// order, thread before post, so that concurrent changes wait for each other and never in a circle.

#include "comments/comments.hpp"

#include "accounts/blocking.hpp"
#include "audit/audit.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "cache/invalidation.hpp"
#include "comments/comment_json.hpp"
#include "comments/counting.hpp"
#include "comments/withholding.hpp"
#include "notifications/notice.hpp"
#include "videos/visibility.hpp"
#include "webhooks/outbox.hpp"

#include <fmt/format.h>

namespace reelshare::comments {

namespace {

namespace json = boost::json;

std::unexpected<Error> no_video() {
    return fail(Errc::not_found, "Video not found!");
}

std::unexpected<Error> no_comment() {
    return fail(Errc::not_found, "Comment not found!");
}

/// A comment as it came to be.
struct Inserted {
    json::object object;
    UnixMillis at = 0;
    bool lifts = false;  ///< The trend: the first of a person who did not post the clip.
};

/// `thread_id` is "" for one that begins a thread. Where post or thread went meanwhile, the
/// constraint says so; who was banned meanwhile is no author.
Task<Result<Inserted>> insert(
    db::Transaction& tx,
    std::string video_id,
    std::string thread_id,
    std::string user_id,
    std::string content
) {
    db::Value parent;
    if (!thread_id.empty()) parent = std::move(thread_id);
    const UnixMillis now = now_ms();
    auto rows = co_await tx.query(
        fmt::format(
            "INSERT INTO comments (id, video_id, user_id, parent_id, content, created_at, "
            "updated_at, lifts) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), id, CAST($4 AS TEXT), "
            "CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($6 AS BIGINT), CASE WHEN EXISTS (SELECT 1 "
            "FROM videos v WHERE v.id = $2 AND v.uploader_id = $3) OR EXISTS (SELECT 1 FROM "
            "comments c WHERE c.user_id = $3 AND c.video_id = $2 AND c.lifts = 1) THEN 0 ELSE 1 "
            "END FROM users WHERE id = $3 AND suspended_at IS NULL RETURNING {}, lifts",
            kReturnedColumns
        ),
        {new_id(), std::move(video_id), std::move(user_id), std::move(parent), std::move(content),
         now}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::unauthenticated, "Invalid token!");
    const db::Row& row = rows->front();
    co_return Inserted{.object = comment_json(row), .at = now, .lifts = row.flag(row.size() - 1)};
}

Gain gain_of(const Inserted& inserted, std::int64_t threads) {
    Gain gain{.comments = 1, .threads = threads};
    if (inserted.lifts) gain.lifted.push_back(inserted.at);
    return gain;
}

/// A comment that its viewer may know of.
struct Found {
    std::string video_id;
    std::string thread_id;  ///< Itself, where it began the thread.
    std::string author_id;
    bool blocked = false;  ///< Its author, or the post's owner, has blocked the viewer.
};

/// With `judges` also those that were taken from everybody.
Task<Result<Found>> find(db::Transaction& tx, std::string id, std::string viewer_id, bool judges) {
    auto rows = co_await tx.query(
        fmt::format(
            "SELECT c.video_id, COALESCE(c.parent_id, c.id), c.user_id, "
            "CASE WHEN {} OR {} THEN 1 ELSE 0 END FROM comments c "
            "JOIN videos v ON v.id = c.video_id JOIN assets a ON a.id = v.asset_id "
            "WHERE c.id = $1 AND {}",
            accounts::has_blocked("v.uploader_id", "$2"), accounts::has_blocked("c.user_id", "$2"),
            judges ? fmt::format("({} OR {})", videos::may_see("$2"), videos::may_judge())
                   : fmt::format("{} AND {}", videos::may_see("$2"), is_shown())
        ),
        {std::move(id), std::move(viewer_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return no_comment();
    const db::Row& row = rows->front();
    co_return Found{
        .video_id = row.text(0),
        .thread_id = row.text(1),
        .author_id = row.text(2),
        .blocked = row.flag(3)
    };
}

Task<Result<std::string>> thread_of(db::Transaction& tx, std::string id) {
    auto rows = co_await tx.query(
        "SELECT COALESCE(parent_id, id) FROM comments WHERE id = $1", {std::move(id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return no_comment();
    co_return rows->front().text(0);
}

/// Notes a new comment for `user_id` and for other servers; gives the user back where there is
/// something to announce, else "".
Task<Result<std::string>> tell(
    db::Transaction& tx, std::string user_id, std::string kind, const json::object& comment
) {
    const auto field = [&](std::string_view name) {
        return std::string(comment.at(name).as_string());
    };
    auto noted = co_await notifications::note(
        tx, {.user_id = user_id,
             .actor_id = field("userId"),
             .kind = std::move(kind),
             .video_id = field("videoId"),
             .comment_id = field("id")}
    );
    if (!noted) co_return std::unexpected(noted.error());
    auto told = co_await webhooks::record(
        tx, "comment.created",
        {{"commentId", comment.at("id")},
         {"videoId", comment.at("videoId")},
         {"userId", comment.at("userId")},
         {"parentCommentId", comment.at("parentCommentId")},
         {"content", comment.at("content")}}
    );
    if (!told) co_return std::unexpected(told.error());
    co_return *noted ? user_id : std::string();
}

/// What hangs on a row that a concurrent request deletes is a constraint's no.
template <class T>
Result<T> gone_is_not_found(Result<T> result, std::string_view message) {
    if (result || result.error().code != Errc::conflict) return result;
    return fail(Errc::not_found, std::string(message));
}

}  // namespace

namespace {

/// Takes a removed comment off the counts, where it was in them: `row` as `remove_comment` has it,
/// `thread_id` of a reply. What it lifted goes in any case.
Task<Result<void>> uncount(
    db::Transaction& tx, const db::Row& row, std::string thread_id, std::vector<UnixMillis> lifts
) {
    Gain gain;
    gain.lowered = std::move(lifts);
    if (row.flag(4) && thread_id.empty()) {
        gain.comments = -1 - row.integer(3);
        gain.threads = -1;
    } else if (row.flag(4)) {
        auto thread_shown = co_await count_reply(tx, std::move(thread_id), -1);
        if (!thread_shown) co_return std::unexpected(thread_shown.error());
        gain.comments = *thread_shown ? -1 : 0;
    }
    if (gain.comments == 0 && gain.lowered.empty()) co_return Result<void>();
    auto counted = co_await count(tx, row.text(0), std::move(gain));
    co_return counted;
}

}  // namespace

Task<Result<RemovedComment>> remove_comment(db::Transaction& tx, std::string id) {
    auto thread = co_await thread_of(tx, id);
    if (!thread) co_return std::unexpected(thread.error());
    const bool is_reply = *thread != id;
    if (is_reply) {
        auto locked = co_await count_reply(tx, *thread, 0);
        if (!locked) co_return std::unexpected(locked.error());
    }
    // Replies go with their thread; a reply that is being written holds the thread's row.
    auto lifts = co_await lifts_in(tx, id);
    if (!lifts) co_return std::unexpected(lifts.error());
    auto rows = co_await tx.query(
        "DELETE FROM comments WHERE id = $1 RETURNING video_id, user_id, content, reply_count, "
        "CASE WHEN hidden = 0 AND author_banned = 0 THEN 1 ELSE 0 END",
        {std::move(id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return no_comment();
    const db::Row& row = rows->front();
    auto uncounted =
        co_await uncount(tx, row, is_reply ? *thread : std::string(), std::move(*lifts));
    if (!uncounted) co_return std::unexpected(uncounted.error());
    co_return RemovedComment{
        .video_id = row.text(0),
        .thread_id = std::move(*thread),
        .author_id = row.text(1),
        .content = row.text(2)
    };
}

Comments::Comments(
    db::Database& database, cache::NearCache& near_cache, cache::Bus& bus, videos::Videos& videos
)
    : database_(database), near_cache_(near_cache), bus_(bus), videos_(videos) {}

Task<Result<json::object>> Comments::add(
    std::string video_id, std::string user_id, std::string content
) {
    if (!is_id(video_id)) co_return no_video();
    std::string told;
    auto comment = co_await database_.transaction<json::object>(
        [&](db::Transaction& tx) -> Task<Result<json::object>> {
            auto rows = co_await tx.query(
                fmt::format(
                    "SELECT v.uploader_id, CASE WHEN {} THEN 1 ELSE 0 END FROM videos v "
                    "JOIN assets a ON a.id = v.asset_id WHERE v.id = $1 AND {}",
                    accounts::has_blocked("v.uploader_id", "$2"), videos::may_see("$2")
                ),
                {video_id, user_id}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return no_video();
            if (rows->front().flag(1)) co_return accounts::refused_by_block();
            auto inserted = co_await insert(tx, video_id, "", user_id, content);
            if (!inserted) co_return std::unexpected(inserted.error());
            auto counted = co_await count(tx, video_id, gain_of(*inserted, 1));
            if (!counted) co_return std::unexpected(counted.error());
            auto noted = co_await tell(tx, rows->front().text(0), "comment", inserted->object);
            if (!noted) co_return std::unexpected(noted.error());
            told = std::move(*noted);
            co_return std::move(inserted->object);
        }
    );
    if (comment) changed(video_id, "");
    if (comment && !told.empty()) notifications::announce(bus_, told);
    co_return gone_is_not_found(std::move(comment), "Video not found!");
}

Task<Result<json::object>> Comments::reply(
    std::string comment_id, std::string user_id, std::string content
) {
    if (!is_id(comment_id)) co_return no_comment();
    Found to;
    std::string told;
    auto comment = co_await database_.transaction<json::object>(
        [&](db::Transaction& tx) -> Task<Result<json::object>> {
            auto found = co_await find(tx, comment_id, user_id, false);
            if (!found) co_return std::unexpected(found.error());
            to = *found;
            if (to.blocked) co_return accounts::refused_by_block();
            auto inserted = co_await insert(tx, to.video_id, to.thread_id, user_id, content);
            if (!inserted) co_return std::unexpected(inserted.error());
            auto thread = co_await count_reply(tx, to.thread_id, 1);
            if (!thread) co_return std::unexpected(thread.error());
            if (!*thread) co_return no_comment();
            auto counted = co_await count(tx, to.video_id, gain_of(*inserted, 0));
            if (!counted) co_return std::unexpected(counted.error());
            auto noted = co_await tell(tx, to.author_id, "reply", inserted->object);
            if (!noted) co_return std::unexpected(noted.error());
            told = std::move(*noted);
            co_return std::move(inserted->object);
        }
    );
    if (comment) changed(to.video_id, to.thread_id);
    if (comment && !told.empty()) notifications::announce(bus_, told);
    co_return gone_is_not_found(std::move(comment), "Comment not found!");
}

Task<Result<void>> Comments::require_author(
    db::Transaction& tx, std::string id, std::string user_id, bool any_author
) {
    auto found = co_await find(tx, std::move(id), user_id, any_author);
    if (!found) co_return std::unexpected(found.error());
    if (any_author || found->author_id == user_id) co_return Result<void>();
    co_return fail(Errc::forbidden, "Only its author can do this.");
}

Task<Result<json::object>> Comments::change(
    std::string id, std::string user_id, std::string content
) {
    if (!is_id(id)) co_return no_comment();
    auto comment = co_await database_.transaction<json::object>(
        [&](db::Transaction& tx) -> Task<Result<json::object>> {
            auto author = co_await require_author(tx, id, user_id, false);
            if (!author) co_return std::unexpected(author.error());
            auto rows = co_await tx.query(
                fmt::format(
                    "UPDATE comments SET content = $3, updated_at = $4 WHERE id = $1 AND user_id = "
                    "$2 RETURNING {}",
                    kReturnedColumns
                ),
                {id, user_id, content, now_ms()}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return no_comment();
            co_return comment_json(rows->front());
        }
    );
    if (comment) {
        const json::value& thread = comment->at("parentCommentId");
        changed(
            std::string(comment->at("videoId").as_string()),
            thread.is_string() ? std::string(thread.as_string()) : std::string()
        );
    }
    co_return comment;
}

Task<Result<void>> Comments::remove(std::string id, std::string user_id, bool any_author) {
    if (!is_id(id)) co_return no_comment();
    auto removed = co_await database_.transaction<RemovedComment>(
        [&](db::Transaction& tx) -> Task<Result<RemovedComment>> {
            auto author = co_await require_author(tx, id, user_id, any_author);
            if (!author) co_return std::unexpected(author.error());
            auto gone = co_await remove_comment(tx, id);
            if (!gone) co_return gone;
            Result<void> noted;
            if (gone->author_id == user_id)
                noted = co_await audit::close_reports(tx, "comment", id);
            else
                noted = co_await audit::record(
                    tx, {.actor_id = user_id,
                         .action = "remove",
                         .kind = "comment",
                         .subject = id,
                         .detail = gone->author_id + ": " + gone->content}
                );
            if (!noted) co_return std::unexpected(noted.error());
            co_return gone;
        }
    );
    if (!removed) co_return std::unexpected(removed.error());
    changed(removed->video_id, removed->thread_id);
    co_return Result<void>();
}

void Comments::changed(const std::string& video_id, const std::string& thread_id) {
    lists_changed(video_id, thread_id);
    videos_.counts_changed({video_id});
}

void Comments::lists_changed(const std::string& video_id, const std::string& thread_id) {
    cache::drop_everywhere(near_cache_, bus_, "comments:" + video_id);
    if (!thread_id.empty()) cache::drop_everywhere(near_cache_, bus_, "replies:" + thread_id);
}

}  // namespace reelshare::comments
