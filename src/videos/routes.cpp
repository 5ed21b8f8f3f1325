#include "videos/routes.hpp"

#include "videos/handlers.hpp"

#include <memory>
#include <utility>

namespace reelshare::videos {

void add_video_routes(http::Router& router, VideoParts parts) {
    using http::Method;
    using http::Request;
    const auto kept = std::make_shared<const VideoParts>(std::move(parts));
    const auto add = [&](Method method, std::string pattern, auto function) {
        router.add(method, "/api/v1" + pattern, http::handler([kept, function](Request& request) {
                       return function(*kept, request);
                   }));
    };
    const auto like = [](LikeChange change) {
        return [change](const VideoParts& all, Request& request) {
            return like_video(all, request, change);
        };
    };
    add(Method::get, "/video", list_videos);
    add(Method::get, "/video/feed", show_feed);
    add(Method::get, "/video/following", list_followed);
    add(Method::get, "/user/:id/videos", list_user_videos);
    add(Method::get, "/video/:id", show_video);
    add(Method::get, "/video/:id/:userId", show_video);
    add(Method::get, "/video/:id/events", follow_video);
    add(Method::post, "/video/:id", like(LikeChange::toggle));
    add(Method::put, "/video/:id/like", like(LikeChange::like));
    add(Method::delete_, "/video/:id/like", like(LikeChange::unlike));
    add(Method::post, "/video/:id/view", note_watch);
    add(Method::get, "/statistics/video/:id", show_watch_report);
    add(Method::patch, "/video/:id", change_video);
    add(Method::delete_, "/video/:id", delete_video);
}

}  // namespace reelshare::videos
