#pragma once
// The handlers behind `add_video_routes`. `parts` outlives every call: the router holds it.

#include "base/task.hpp"
#include "http/message.hpp"
#include "videos/routes.hpp"

namespace reelshare::videos {

// lists.cpp
Task<Result<http::Response>> list_videos(const VideoParts& parts, http::Request& request);
Task<Result<http::Response>> list_user_videos(const VideoParts& parts, http::Request& request);

// feed_routes.cpp
Task<Result<http::Response>> show_feed(const VideoParts& parts, http::Request& request);

// following.cpp
Task<Result<http::Response>> list_followed(const VideoParts& parts, http::Request& request);

// watching.cpp
Task<Result<http::Response>> show_video(const VideoParts& parts, http::Request& request);
Task<Result<http::Response>> follow_video(const VideoParts& parts, http::Request& request);

// watch_time.cpp
Task<Result<http::Response>> note_watch(const VideoParts& parts, http::Request& request);
Task<Result<http::Response>> show_watch_report(const VideoParts& parts, http::Request& request);

// changing.cpp
Task<Result<http::Response>> like_video(
    const VideoParts& parts, http::Request& request, LikeChange change
);
Task<Result<http::Response>> change_video(const VideoParts& parts, http::Request& request);
Task<Result<http::Response>> delete_video(const VideoParts& parts, http::Request& request);

}  // namespace reelshare::videos
