#pragma once
// The video rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "cache/near_cache.hpp"
#include "delivery/open_files.hpp"
#include "http/router.hpp"
#include "objects/store.hpp"
#include "videos/events.hpp"
#include "videos/videos.hpp"
#include "videos/view_counter.hpp"
#include "words/words.hpp"

#include <string>

namespace reelshare::videos {

/// What the handlers work with; all of it outlives the server.
struct VideoParts {
    Videos& videos;
    ViewCounter& views;
    EventStreams& events;
    accounts::Accounts& accounts;
    words::Words& words;
    cache::NearCache& near_cache;
    objects::Store& store;       ///< Media of deleted posts goes from here,
    delivery::OpenFiles& files;  ///< and from here.
    /// Keys the hash of address and User-Agent by which a guest without a cookie is known. The same
    /// on all nodes, secret, lasting.
    std::string viewer_salt;
};

/// `parts` is copied (its references are kept).
void add_video_routes(http::Router& router, VideoParts parts);

}  // namespace reelshare::videos
