#pragma once
// How a receiver knows that an event is ours, and not an old one sent again.

#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::webhooks {

/// "t=<seconds since 1970>,v1=<hex>": HMAC-SHA256 under `secret` of "<seconds>.<body>".
[[nodiscard]] std::string signature(
    std::string_view secret, std::int64_t seconds, std::string_view body
);

}  // namespace reelshare::webhooks
