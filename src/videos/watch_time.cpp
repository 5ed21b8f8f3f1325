// What players tell, and what owners learn of it.

#include "base/id.hpp"
#include "base/json.hpp"
#include "videos/handlers.hpp"
#include "videos/viewer.hpp"

#include <boost/asio/this_coro.hpp>

#include <cmath>

namespace reelshare::videos {

namespace {

constexpr double kMostWatchedMs = 86'400'000;

Result<Watch> read_watch(const json::object& body) {
    FieldReader read(body);
    const auto watched = read.optional_number("watchedMs", 0, kMostWatchedMs);
    const json::value* given = body.if_contains("watchedMs");
    if (!given || given->is_null()) read.fault("watchedMs", "The time watched is required.");
    const auto completed = read.optional_flag("completed");
    if (auto faults = read.faults()) return std::unexpected(*faults);
    return Watch{static_cast<std::int64_t>(std::floor(*watched)), completed.value_or(false)};
}

/// Whether this is a clip that everybody may watch; `not_found` where this viewer may not see it at
/// all. What is its owner's alone is not counted.
Task<Result<bool>> is_counted(
    const VideoParts& parts, std::string id, const std::optional<accounts::Viewer>& viewer
) {
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    auto known = co_await parts.near_cache.get(
        "watchable " + id, {"video:" + id, "videos"},
        [&parts, id]() -> Task<Result<std::string>> {
            auto video = co_await parts.videos.find(id, "");
            if (!video) co_return std::unexpected(video.error());
            co_return std::string("yes");
        }
    );
    if (known) co_return true;
    if (known.error().code != Errc::not_found || !viewer) co_return std::unexpected(known.error());
    auto own = co_await parts.videos.find(id, viewer->user_id);
    if (!own) co_return std::unexpected(own.error());
    co_return false;
}

}  // namespace

Task<Result<http::Response>> note_watch(const VideoParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    const auto watch = read_watch(*body);
    if (!watch) co_return std::unexpected(watch.error());
    const std::string id(request.param("id"));
    const auto counted = co_await is_counted(parts, id, *viewer);
    if (!counted) co_return std::unexpected(counted.error());
    http::Response response = http::success(202, "Watch time noted", nullptr);
    if (!*counted) co_return response;
    Watcher watcher = watcher_of(request, *viewer, parts.viewer_salt);
    if (!watcher.set_cookie.empty()) response.add("Set-Cookie", std::move(watcher.set_cookie));
    const auto executor = co_await asio::this_coro::executor;
    parts.views.note(
        executor, id, std::move(watcher.name),
        {.alias = std::move(watcher.new_name), .watch = *watch}
    );
    co_await parts.views.settle();
    co_return response;
}

Task<Result<http::Response>> show_watch_report(const VideoParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto report = co_await parts.videos.watched(std::string(request.param("id")), viewer->user_id);
    if (!report) co_return std::unexpected(report.error());
    co_return http::success(200, "Statistics retrieved successfully", std::move(*report));
}

}  // namespace reelshare::videos
