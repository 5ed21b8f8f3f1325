#pragma once
// Where Redis is, as REDIS_URL says:
//
//     redis://[[user]:password@]host[:6379][/database]
//     redis+sentinel://[[user]:password@]host[:26379],host…/master[/database]
//     redis+cluster://[[user]:password@]host[:6379],host…
//
// A password is percent-decoded. `rediss://` is refused: the client library has no TLS.

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::redis {

enum class Mode : std::uint8_t { single, sentinel, cluster };

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

struct Address {
    Mode mode = Mode::single;
    std::vector<Endpoint> endpoints;  ///< The server, the sentinels, or some nodes of a cluster.
    std::string user;
    std::string password;
    std::string master;  ///< The name that the sentinels know it by.
    int database = 0;    ///< Always 0 in a cluster.
};

/// `invalid` with a sentence for the operator.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

}  // namespace reelshare::redis
