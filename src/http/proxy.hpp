#pragma once
// Who a request comes from when proxies stand in between: forwarded addresses are believed only
// from networks that the operator named.

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::http {

class Networks {
  public:
    /// "10.0.0.0/8", "192.0.2.7", "fd00::/8". Throws std::invalid_argument with the text that is
    /// wrong.
    explicit Networks(const std::vector<std::string>& texts);

    [[nodiscard]] bool contains(std::string_view address) const;
    [[nodiscard]] bool contains(boost::asio::ip::address address) const;

  private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type bits;  ///< IPv4 as ::ffff:a.b.c.d.
        unsigned length;
    };
    std::vector<Network> networks_;
};

/// The client: the right-most hop of X-Forwarded-For that is no proxy of ours, if the peer is one.
[[nodiscard]] std::string client_address(
    const Networks& proxies, const std::string& peer, std::string_view forwarded_for
);

}  // namespace reelshare::http
