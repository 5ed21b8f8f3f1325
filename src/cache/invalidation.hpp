#pragma once
// What is stale on this node is stale on all of them.

#include "cache/bus.hpp"
#include "cache/near_cache.hpp"

#include <string>
#include <string_view>

namespace reelshare::cache {

/// Drops what carries `tag`: here before it returns, elsewhere as fast as the bus is.
inline void drop_everywhere(NearCache& near_cache, Bus& bus, std::string_view tag) {
    near_cache.drop(tag);
    bus.publish("drop", std::string(tag));
}

}  // namespace reelshare::cache
