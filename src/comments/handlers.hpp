#pragma once
// The handlers behind `add_comment_routes`. `parts` outlives every call: the router holds it.

#include "base/task.hpp"
#include "comments/routes.hpp"
#include "http/message.hpp"

namespace reelshare::comments {

// lists.cpp
Task<Result<http::Response>> list_comments(const CommentParts& parts, http::Request& request);
Task<Result<http::Response>> list_replies(const CommentParts& parts, http::Request& request);
/// The same at its old place, for those who are logged in.
Task<Result<http::Response>> list_replies_of_old(const CommentParts& parts, http::Request& request);

// writing.cpp
Task<Result<http::Response>> add_comment(const CommentParts& parts, http::Request& request);
Task<Result<http::Response>> add_reply(const CommentParts& parts, http::Request& request);
Task<Result<http::Response>> change_comment(const CommentParts& parts, http::Request& request);
Task<Result<http::Response>> delete_comment(const CommentParts& parts, http::Request& request);
Task<Result<http::Response>> like_comment(
    const CommentParts& parts, http::Request& request, bool like
);

}  // namespace reelshare::comments
