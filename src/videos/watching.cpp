// One clip for one viewer: the public answer is shared bytes of the near cache; what is the
// viewer's own (do I like it?) is a look-up by key, put into the last field of those bytes.

#include "base/id.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/handlers.hpp"
#include "videos/viewer.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

namespace reelshare::videos {

namespace {

constexpr std::string_view kViewersOwn = "private, no-cache";
constexpr std::string_view kNotLiked = "\"isLiked\":false}}";
constexpr std::string_view kLiked = "\"isLiked\":true}}";

std::string envelope(boost::json::object video) {
    http::Response response = http::success(200, "Video retrieved successfully", std::move(video));
    return std::get<std::string>(std::move(response.body));
}

Task<Result<std::string>> bytes_for_guests(Videos& videos, std::string id, std::string origin) {
    auto video = co_await videos.detail(std::move(id), "", std::move(origin));
    if (!video) co_return std::unexpected(video.error());
    co_return envelope(std::move(*video));
}

http::Response private_answer(std::string bytes, bool liked) {
    // `detail` ends in isLiked, and the envelope in data.
    if (liked && bytes.ends_with(kNotLiked))
        bytes.replace(bytes.size() - kNotLiked.size(), kNotLiked.size(), kLiked);
    http::Response response{.status = 200, .headers = {}, .body = std::move(bytes)};
    response.set("Content-Type", "application/json; charset=utf-8");
    response.set("Cache-Control", std::string(kViewersOwn));
    return response;
}

/// Whose like is shown: that of the user in the path, else of the token's. Old clients put
/// "undefined" or "null" there for a guest.
std::string liker_of(const http::Request& request, const std::optional<accounts::Viewer>& viewer) {
    const std::string_view named = request.param("userId");
    if (is_id(named)) return std::string(named);
    return viewer ? viewer->user_id : std::string();
}

Task<void> count_view(
    const VideoParts& parts,
    const http::Request& request,
    const std::optional<accounts::Viewer>& viewer,
    const std::string& id,
    http::Response& response
) {
    Watcher watcher = watcher_of(request, viewer, parts.viewer_salt);
    if (!watcher.set_cookie.empty()) response.add("Set-Cookie", std::move(watcher.set_cookie));
    const auto executor = co_await asio::this_coro::executor;
    parts.views.note(executor, id, std::move(watcher.name), {.alias = std::move(watcher.new_name)});
    co_await parts.views.settle();
}

/// What only its owner sees, a clip that is private or not playable, and what moderators judge.
/// Nothing of it is kept, no view is counted.
Task<Result<http::Response>> show_own(
    const VideoParts& parts, std::string id, accounts::Viewer viewer, std::string origin
) {
    auto video = co_await parts.videos.detail(
        id, viewer.user_id, std::move(origin), viewer.is_at_least(accounts::Role::moderator)
    );
    if (!video) co_return std::unexpected(video.error());
    auto liked = co_await parts.videos.is_liked(std::move(id), viewer.user_id);
    if (!liked) co_return std::unexpected(liked.error());
    co_return private_answer(envelope(std::move(*video)), *liked);
}

}  // namespace

Task<Result<http::Response>> show_video(const VideoParts& parts, http::Request& request) {
    const std::string id(request.param("id"));
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string origin = http::link_origin(request, parts.videos.public_url());
    auto entry = co_await parts.near_cache.get(
        fmt::format("video {} {}", origin, id), {"video:" + id, "videos", "listing"},
        [&]() { return bytes_for_guests(parts.videos, id, origin); }
    );
    if (!entry && entry.error().code == Errc::not_found && *viewer) {
        auto own = co_await show_own(parts, id, **viewer, origin);
        co_return own;
    }
    if (!entry) co_return std::unexpected(entry.error());
    bool liked = false;
    if (std::string liker = liker_of(request, *viewer); !liker.empty()) {
        auto found = co_await parts.videos.is_liked(id, std::move(liker));
        if (!found) co_return std::unexpected(found.error());
        liked = *found;
    }
    http::Response response = liked ? private_answer(*(*entry)->identity, true)
                                    : cached_answer(request, **entry, kViewersOwn);
    if (request.method == http::Method::get)
        co_await count_view(parts, request, *viewer, id, response);
    co_return response;
}

Task<Result<http::Response>> follow_video(const VideoParts& parts, http::Request& request) {
    // Open to whoever has the id: a browser's EventSource sends no token, and how far the work is
    // tells nothing of what is in the clip. That a private one exists is its owner's to know.
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string id(request.param("id"));
    const auto progress = co_await parts.videos.progress(id);
    if (!progress) co_return std::unexpected(progress.error());
    const bool own = *viewer && (*viewer)->user_id == progress->uploader_id;
    if (progress->is_private && !own) co_return fail(Errc::not_found, "Video not found!");
    auto stream = co_await parts.events.open(id, request.client_address);
    co_return stream;
}

}  // namespace reelshare::videos
