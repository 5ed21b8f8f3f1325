#pragma once
// Whom a request is counted for: the user of a good token, else the address.

#include "http/message.hpp"
#include "limits/two_ages.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace reelshare::limits {

/// An IPv4 address; of an IPv6 address the half that names a network, of which a client has 2^64
/// addresses.
[[nodiscard]] std::string counted_address(std::string_view address);

/// Remembers for a while whose a token is: judging a signature takes longer than all else here.
/// Thread-safe.
class TokenUsers {
  public:
    /// The user whom a token names by a good signature, or "". Whether the session still lives is
    /// for the handler to say.
    using Verify = std::function<std::string(const http::Request&)>;

    explicit TokenUsers(Verify verify) : verify_(std::move(verify)) {}

    [[nodiscard]] std::string user_of(const http::Request& request);

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kTokens = 16'384;
    static constexpr std::chrono::seconds kTrust{30};

    struct Known {
        std::string user;
        Clock::time_point until{};
    };
    struct Shard {
        std::mutex mutex;
        TwoAges<Known> tokens{kTokens / kShards / 2};
    };

    Verify verify_;
    std::array<Shard, kShards> shards_;
};

}  // namespace reelshare::limits
