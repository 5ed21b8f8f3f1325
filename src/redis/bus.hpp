#pragma once
// The bus between nodes over Redis' publish and subscribe.

#include "cache/bus.hpp"
#include "redis/client.hpp"

#include <memory>

namespace reelshare::redis {

/// Inside this process it is the memory bus: messages to oneself need no Redis and are delivered
/// once. `client` must outlive it.
[[nodiscard]] std::unique_ptr<cache::Bus> make_bus(Client& client);

}  // namespace reelshare::redis
