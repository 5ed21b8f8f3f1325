#pragma once
// What of an address a request without a token is counted for.

#include <string>
#include <string_view>

namespace reelshare::limits {

/// An IPv4 address; of an IPv6 address the half that names a network, of which a client has 2^64
/// addresses.
[[nodiscard]] std::string counted_address(std::string_view address);

}  // namespace reelshare::limits
