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

}  // namespace reelshare::videos
