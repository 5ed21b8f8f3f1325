#include "base/json.hpp"
#include "comments/handlers.hpp"

namespace reelshare::comments {

namespace {

Task<Result<std::string>> read_content(const CommentParts& parts, http::Request& request) {
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string content = read.text("content", {.min = 1, .max = kMaxContent, .what = "Content"});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto allowed = co_await parts.words.check({{"content", content}});
    if (!allowed) co_return std::unexpected(allowed.error());
    co_return content;
}

}  // namespace

Task<Result<http::Response>> add_comment(const CommentParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto content = co_await read_content(parts, request);
    if (!content) co_return std::unexpected(content.error());
    auto comment = co_await parts.comments.add(
        std::string(request.param("id")), viewer->user_id, std::move(*content)
    );
    if (!comment) co_return std::unexpected(comment.error());
    co_return http::success(200, "Commented successfully", std::move(*comment));
}

Task<Result<http::Response>> add_reply(const CommentParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto content = co_await read_content(parts, request);
    if (!content) co_return std::unexpected(content.error());
    auto comment = co_await parts.comments.reply(
        std::string(request.param("id")), viewer->user_id, std::move(*content)
    );
    if (!comment) co_return std::unexpected(comment.error());
    co_return http::success(201, "Replied successfully", std::move(*comment));
}

Task<Result<http::Response>> change_comment(const CommentParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto content = co_await read_content(parts, request);
    if (!content) co_return std::unexpected(content.error());
    auto comment = co_await parts.comments.change(
        std::string(request.param("id")), viewer->user_id, std::move(*content)
    );
    if (!comment) co_return std::unexpected(comment.error());
    co_return http::success(200, "Comment updated successfully", std::move(*comment));
}

Task<Result<http::Response>> delete_comment(const CommentParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto removed = co_await parts.comments.remove(
        std::string(request.param("id")), viewer->user_id,
        viewer->is_at_least(accounts::Role::moderator)
    );
    if (!removed) co_return std::unexpected(removed.error());
    co_return http::success(200, "Comment deleted successfully", nullptr);
}

Task<Result<http::Response>> like_comment(
    const CommentParts& parts, http::Request& request, bool like
) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string id(request.param("id"));
    const auto state = co_await parts.comments.change_like(id, viewer->user_id, like);
    if (!state) co_return std::unexpected(state.error());
    co_return http::success(
        200, like ? "You have liked the comment" : "You have unliked the comment",
        json::object{
            {"commentId", id}, {"likeCount", state->like_count}, {"isLiked", state->is_liked}
        }
    );
}

}  // namespace reelshare::comments
