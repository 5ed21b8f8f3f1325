// GET /video/feed

#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/feed.hpp"
#include "videos/handlers.hpp"
#include "videos/paging.hpp"
#include "videos/viewer.hpp"

namespace reelshare::videos {

namespace {

namespace json = boost::json;

struct FeedQuestion {
    FeedPlace place;
    std::int64_t limit = ListRequest::kDefaultLimit;
};

Result<FeedQuestion> read_question(const http::Request& request) {
    FeedQuestion question;
    auto limit = read_limit(request);
    if (!limit) return std::unexpected(limit.error());
    question.limit = *limit;
    auto place = feed_place_of(request.query_value("cursor").value_or(""));
    if (!place) return fail_field("cursor", "This cursor is not one that this list gave.");
    question.place = std::move(*place);
    return question;
}

}  // namespace

Task<Result<http::Response>> show_feed(const VideoParts& parts, http::Request& request) {
    auto question = read_question(request);
    if (!question) co_return std::unexpected(question.error());
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    Watcher watcher = watcher_of(request, *viewer, parts.viewer_salt);
    FeedViewer who{
        .name = watcher.name, .user_id = *viewer ? (*viewer)->user_id : "", .just_seen = {}
    };
    who.just_seen = parts.views.pending_of(who.name);
    auto page = co_await parts.videos.for_you(
        std::move(who), std::move(question->place), question->limit,
        http::link_origin(request, parts.videos.public_url())
    );
    if (!page) co_return std::unexpected(page.error());
    json::object meta{{"limit", question->limit}, {"again", page->again}};
    meta["nextCursor"] = page->next ? json::value(cursor_of(*page->next)) : json::value(nullptr);
    http::Response response = http::success(
        200, "Video retrieved successfully",
        json::object{{"meta", std::move(meta)}, {"data", std::move(page->videos)}}
    );
    response.set("Cache-Control", "private, no-store");
    if (!watcher.set_cookie.empty()) response.add("Set-Cookie", std::move(watcher.set_cookie));
    co_return response;
}

}  // namespace reelshare::videos
