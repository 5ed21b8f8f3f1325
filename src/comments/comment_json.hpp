#pragma once
// A row of the database as the comment object of the contract.

#include "db/database.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace reelshare::comments {

/// What `comment_json` reads, in its order: behind RETURNING, and of `comments c`.
inline constexpr std::string_view kReturnedColumns =
    "id, content, user_id, video_id, parent_id, created_at, updated_at";
inline constexpr std::string_view kCommentColumns =
    "c.id, c.content, c.user_id, c.video_id, c.parent_id, c.created_at, c.updated_at";
/// What `listed_json` reads behind them; of `users u` and, for the viewer, `comment_likes l`.
inline constexpr std::string_view kListedColumns =
    "u.name, c.like_count, c.reply_count, CASE WHEN l.user_id IS NULL THEN 0 ELSE 1 END, "
    "CASE WHEN c.hidden = 0 AND c.author_banned = 0 THEN 0 ELSE 1 END, u.avatar";

/// As a change answers.
[[nodiscard]] boost::json::object comment_json(const db::Row& row);

/// As lists show it: with its author, counts and whether the viewer likes it. What was taken from
/// everybody says so in `hidden`. Links begin with `origin`.
[[nodiscard]] boost::json::object listed_json(const db::Row& row, std::string_view origin);

}  // namespace reelshare::comments
