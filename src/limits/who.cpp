#include "limits/who.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace reelshare::limits {

std::string counted_address(std::string_view address) {
    if (address.find(':') == std::string_view::npos) return std::string(address);
    boost::system::error_code bad;
    const auto six = asio::ip::make_address_v6(address, bad);
    if (bad) return std::string(address);
    if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
    auto bytes = six.to_bytes();
    std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes).to_string();
}

std::string TokenUsers::user_of(const http::Request& request) {
    const std::string_view token = request.header("authorization");
    if (token.empty()) return {};
    const auto now = Clock::now();
    Shard& shard = shards_.at(std::hash<std::string_view>{}(token) % kShards);
    {
        const std::lock_guard lock(shard.mutex);
        const Known* known = shard.tokens.find(token);
        if (known && known->until > now) return known->user;
    }
    std::string user = verify_(request);
    if (user.empty()) return user;  // Bad ones are not worth the room.
    const std::lock_guard lock(shard.mutex);
    shard.tokens.at(token) = {user, now + kTrust};
    return user;
}

}  // namespace reelshare::limits
