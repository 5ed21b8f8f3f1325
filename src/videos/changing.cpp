// What needs a bearer: likes, and what an owner does with a post.

#include "base/log.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/fields.hpp"
#include "videos/forget_user.hpp"
#include "videos/handlers.hpp"

#include <boost/asio/this_coro.hpp>

namespace reelshare::videos {

namespace {

std::string_view message_of(const LikeState& state) {
    return state.is_liked ? "You have liked the video" : "You have unliked the video";
}

}  // namespace

Task<void> remove_media(Videos& videos, objects::Store& store, Leftovers leftovers) {
    const auto objects = co_await store.list("media/" + leftovers.asset_id + "/");
    if (!objects) {
        log::warn(
            "media_not_removed", {{"asset", leftovers.asset_id}, {"error", objects.error().detail}}
        );
        co_return;
    }
    std::vector<std::string> keys;
    for (const objects::ObjectInfo& object : *objects) keys.push_back(object.key);
    if (!leftovers.source_key.empty()) keys.push_back(leftovers.source_key);
    const auto removed = co_await store.remove_all(std::move(keys));
    if (!removed)
        log::warn(
            "media_not_removed", {{"asset", leftovers.asset_id}, {"error", removed.error().detail}}
        );
    videos.media_changed(leftovers.asset_id);
}

Task<Result<http::Response>> like_video(
    const VideoParts& parts, http::Request& request, LikeChange change
) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string id(request.param("id"));
    const auto state = co_await parts.videos.change_like(id, viewer->user_id, change);
    if (!state) co_return std::unexpected(state.error());
    co_return http::success(
        200, message_of(*state),
        json::object{
            {"videoId", id}, {"likeCount", state->like_count}, {"isLiked", state->is_liked}
        }
    );
}

Task<Result<http::Response>> change_video(const VideoParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    auto change = read_change(*body);
    if (!change) co_return std::unexpected(change.error());
    auto allowed = co_await parts.words.check(wordings_of(*change));
    if (!allowed) co_return std::unexpected(allowed.error());
    const std::string id(request.param("id"));
    const bool moderates = viewer->is_at_least(accounts::Role::moderator);
    const auto changed =
        co_await parts.videos.change(id, viewer->user_id, std::move(*change), moderates);
    if (!changed) co_return std::unexpected(changed.error());
    auto video = co_await parts.videos.find_for(
        id, viewer->user_id, moderates, http::link_origin(request, parts.videos.public_url())
    );
    if (!video) co_return std::unexpected(video.error());
    co_return http::success(200, "Video updated successfully", std::move(*video));
}

Task<Result<http::Response>> delete_video(const VideoParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto leftovers = co_await parts.videos.remove(
        std::string(request.param("id")), viewer->user_id,
        viewer->is_at_least(accounts::Role::moderator)
    );
    if (!leftovers) co_return std::unexpected(leftovers.error());
    if (!leftovers->asset_id.empty()) {
        parts.files.forget("media/" + leftovers->asset_id + "/");
        const auto executor = co_await asio::this_coro::executor;
        spawn(
            executor, "remove_media",
            [&videos = parts.videos, &store = parts.store, left = *leftovers] {
                return remove_media(videos, store, left);
            }
        );
    }
    co_return http::success(200, "Video deleted successfully", nullptr);
}

}  // namespace reelshare::videos
