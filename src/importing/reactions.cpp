// Likes of clips and of comments: the same but for their tables.

#include "importing/resolve.hpp"
#include "importing/rows.hpp"
#include "videos/chunked_sql.hpp"

#include <fmt/format.h>

#include <map>

namespace reelshare::importing {

namespace {

struct Likes {
    Kind kind = Kind::likes;
    Kind liked = Kind::videos;  ///< What is liked,
    std::string_view what;      ///< called so,
    std::string_view things;    ///< its table,
    std::string_view table;     ///< and that of its likes,
    std::string_view thing_id;  ///< with this column.
    // Of the source's rows.
    std::size_t thing_column = 0;
    std::size_t user_column = 1;
    std::size_t time_column = 2;
};

constexpr Likes kOfVideos = {
    .kind = Kind::likes,
    .liked = Kind::videos,
    .what = "The clip",
    .things = "videos",
    .table = "engagements",
    .thing_id = "video_id"
};
constexpr Likes kOfComments = {
    .kind = Kind::comment_likes,
    .liked = Kind::comments,
    .what = "The comment",
    .things = "comments",
    .table = "comment_likes",
    .thing_id = "comment_id",
    .thing_column = 2,
    .user_column = 1,
    .time_column = 3
};

/// The rows that came, by their things.
Task<Result<std::map<std::string, std::int64_t>>> insert(
    db::Transaction& tx, const Likes& likes, const std::vector<db::Params>& rows
) {
    auto made = co_await videos::in_chunks(tx, rows, {"", "", "BIGINT"}, [&](std::string values) {
        return fmt::format(
            "INSERT INTO {} ({}, user_id, created_at) VALUES {} ON CONFLICT ({}, user_id) DO "
            "NOTHING RETURNING {}",
            likes.table, likes.thing_id, values, likes.thing_id, likes.thing_id
        );
    });
    if (!made) co_return std::unexpected(made.error());
    std::map<std::string, std::int64_t> gains;
    for (const db::Row& row : *made) ++gains[row.text(0)];
    co_return gains;
}

Task<Result<Outcome>> bring(db::Transaction& tx, const Likes& likes, const SourceRows& rows) {
    Outcome outcome;
    const std::vector<std::string> row_ids = old_ids_of(likes.kind, rows);
    auto known = co_await find_names(tx, likes.kind, row_ids);
    if (!known) co_return std::unexpected(known.error());
    auto things = co_await find_names(tx, likes.liked, column_of(rows, likes.thing_column));
    if (!things) co_return std::unexpected(things.error());
    auto people = co_await find_names(tx, Kind::users, column_of(rows, likes.user_column));
    if (!people) co_return std::unexpected(people.error());
    std::vector<db::Params> fresh;
    NewNames names;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const db::Row& row = rows[i];
        if (known->contains(row_ids[i])) {
            ++outcome.known;
            continue;
        }
        const auto* thing =
            resolve(*things, row.text(likes.thing_column), likes.what, row_ids[i], outcome);
        const auto* user =
            thing
                ? resolve(*people, row.text(likes.user_column), "Who likes it", row_ids[i], outcome)
                : nullptr;
        if (!user) continue;
        fresh.push_back({*thing, *user, sane_time(row.integer(likes.time_column))});
        names.emplace_back(row_ids[i], "");
    }
    auto gains = co_await insert(tx, likes, fresh);
    if (!gains) co_return std::unexpected(gains.error());
    for (const auto& [id, count] : *gains) {
        outcome.brought += count;
        if (likes.liked == Kind::videos) outcome.video_ids.insert(id);
        auto counted = co_await tx.query(
            fmt::format("UPDATE {} SET like_count = like_count + $2 WHERE id = $1", likes.things),
            {id, count}
        );
        if (!counted) co_return std::unexpected(counted.error());
    }
    outcome.known += static_cast<std::int64_t>(fresh.size()) - outcome.brought;
    auto kept = co_await keep_names(tx, likes.kind, std::move(names));
    if (!kept) co_return std::unexpected(kept.error());
    co_return outcome;
}

}  // namespace

Task<Result<Outcome>> bring_likes(db::Transaction& tx, const SourceRows& rows) {
    auto outcome = co_await bring(tx, kOfVideos, rows);
    co_return outcome;
}

Task<Result<Outcome>> bring_comment_likes(db::Transaction& tx, const SourceRows& rows) {
    auto outcome = co_await bring(tx, kOfComments, rows);
    co_return outcome;
}

}  // namespace reelshare::importing
