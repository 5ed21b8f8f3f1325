// Comments and their replies, counted as those that are written here.

#include "comments/comments.hpp"

#include "comments/counting.hpp"
#include "importing/resolve.hpp"
#include "importing/rows.hpp"
#include "importing/texts.hpp"
#include "videos/chunked_sql.hpp"

#include <map>
#include <optional>

namespace reelshare::importing {

namespace {

enum : std::size_t { kId, kUser, kVideo, kContent, kCreated, kUpdated, kThread };

/// What a page of rows refers to.
struct Context {
    Names known;
    Names people;
    Names posts;
    Names threads;
};

Task<Result<Context>> context_of(db::Transaction& tx, const SourceRows& rows) {
    Context context;
    const auto find = [&](Kind kind, std::size_t column, Names& into) -> Task<Result<void>> {
        auto names = co_await find_names(tx, kind, column_of(rows, column));
        if (!names) co_return std::unexpected(names.error());
        into = std::move(*names);
        co_return Result<void>();
    };
    auto found = co_await find(Kind::comments, kId, context.known);
    if (found) found = co_await find(Kind::users, kUser, context.people);
    if (found) found = co_await find(Kind::videos, kVideo, context.posts);
    if (found) found = co_await find(Kind::comments, kThread, context.threads);
    if (!found) co_return std::unexpected(found.error());
    co_return context;
}

/// What came, by post and by thread.
struct Gains {
    std::map<std::string, comments::Gain> posts;
    std::map<std::string, std::pair<std::string, std::int64_t>> threads;  ///< Its post; replies.
};

/// The parameters of one comment, or nothing where it is known or left out.
std::optional<db::Params> comment_of(
    const db::Row& row, const Context& context, Gains& gains, Outcome& outcome
) {
    const std::string& old_id = row.text(kId);
    if (context.known.contains(old_id)) {
        ++outcome.known;
        return std::nullopt;
    }
    const auto* user = resolve(context.people, row.text(kUser), "Who wrote it", old_id, outcome);
    if (!user) return std::nullopt;
    const auto* post = resolve(context.posts, row.text(kVideo), "The clip", old_id, outcome);
    if (!post) return std::nullopt;
    db::Value parent;
    if (!row.text(kThread).empty()) {
        const auto* thread = resolve(
            context.threads, row.text(kThread), "The comment that it answers", old_id, outcome
        );
        if (!thread) return std::nullopt;
        parent = *thread;
    }
    std::string content = fitted(row.text(kContent), comments::kMaxContent);
    if (content.empty()) {
        outcome.leave_out(old_id, "It is empty.");
        return std::nullopt;
    }
    if (const auto* thread = std::get_if<std::string>(&parent)) {
        auto& [thread_post, replies] = gains.threads[*thread];
        thread_post = *post;
        ++replies;
    } else {
        ++gains.posts[*post].comments;
        ++gains.posts[*post].threads;
    }
    const UnixMillis created = sane_time(row.integer(kCreated));
    return db::Params{
        id_of_time(created),
        *post,
        *user,
        std::move(parent),
        std::move(content),
        created,
        sane_time(row.integer(kUpdated))
    };
}

/// Replies to what a moderator has taken away count in their thread only.
Task<Result<void>> count(db::Transaction& tx, Gains gains, Outcome& outcome) {
    for (const auto& [thread, replies] : gains.threads) {
        auto shown = co_await comments::count_reply(tx, thread, replies.second);
        if (!shown) co_return std::unexpected(shown.error());
        if (*shown) gains.posts[replies.first].comments += replies.second;
    }
    for (const auto& [post, gain] : gains.posts) {
        auto counted = co_await comments::count(tx, post, gain);
        if (!counted) co_return std::unexpected(counted.error());
        outcome.video_ids.insert(post);
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<Outcome>> bring_comments(db::Transaction& tx, const SourceRows& rows) {
    Outcome outcome;
    const auto context = co_await context_of(tx, rows);
    if (!context) co_return std::unexpected(context.error());
    std::vector<db::Params> fresh;
    NewNames names;
    Gains gains;
    for (const db::Row& row : rows) {
        auto comment = comment_of(row, *context, gains, outcome);
        if (!comment) continue;
        names.emplace_back(row.text(kId), std::get<std::string>(comment->front()));
        fresh.push_back(std::move(*comment));
    }
    auto made = co_await videos::in_chunks(
        tx, fresh, {"", "", "", "", "", "BIGINT", "BIGINT"},
        [](std::string values) {
            return "INSERT INTO comments (id, video_id, user_id, parent_id, content, created_at, "
                   "updated_at) VALUES " +
                   std::move(values);
        }
    );
    if (!made) co_return std::unexpected(made.error());
    outcome.brought = static_cast<std::int64_t>(fresh.size());
    auto counted = co_await count(tx, std::move(gains), outcome);
    if (!counted) co_return std::unexpected(counted.error());
    auto kept = co_await keep_names(tx, Kind::comments, std::move(names));
    if (!kept) co_return std::unexpected(kept.error());
    co_return outcome;
}

Task<Result<Outcome>> bring_replies(db::Transaction& tx, const SourceRows& rows) {
    auto outcome = co_await bring_comments(tx, rows);
    co_return outcome;
}

}  // namespace reelshare::importing
