#pragma once
// The quota that all nodes share, in Redis.

#include "limits/quota.hpp"
#include "redis/client.hpp"

namespace reelshare::limits {

/// `client` must outlive it.
[[nodiscard]] std::unique_ptr<Quota> make_redis_quota(redis::Client& client);

}  // namespace reelshare::limits
