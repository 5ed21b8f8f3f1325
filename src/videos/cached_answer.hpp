#pragma once
// Answers straight from the near cache: the bytes in the best encoding that the client takes, or
// 304.

#include "cache/near_cache.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace reelshare::videos {

/// JSON; shares the bytes of `entry`, copies nothing.
[[nodiscard]] http::Response cached_answer(
    const http::Request& request,
    const cache::Entry& entry,
    std::string_view cache_control = "no-cache"
);

/// The origin that links of this answer begin with: `public_url` where configured, else what the
/// client asked for (a phone in the same network reaches us by another name than this machine). A
/// Host that is no plain authority gives "": links are then relative. Cached answers hold links, so
/// the key of an entry holds the origin; a forger of Hosts reaches his own entries only, and the
/// cache is bounded in bytes.
[[nodiscard]] std::string link_origin(const http::Request& request, const std::string& public_url);

}  // namespace reelshare::videos
