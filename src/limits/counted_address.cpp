#include "limits/counted_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstdint>

namespace reelshare::limits {

std::string counted_address(std::string_view address) {
    if (address.find(':') == std::string_view::npos) return std::string(address);
    boost::system::error_code bad;
    const auto six = boost::asio::ip::make_address_v6(address, bad);
    if (bad) return std::string(address);
    if (six.is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, six).to_string();
    auto bytes = six.to_bytes();
    std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace reelshare::limits
