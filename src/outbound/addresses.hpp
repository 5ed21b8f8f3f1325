#pragma once
// Which addresses a request that strangers or settings caused may go to: those of the public
// internet. Everything else (this machine, its networks, carriers' networks, what is reserved, and
// whatever hides such an address inside an IPv6 one) is ours to protect.

#include <boost/asio/ip/address.hpp>

namespace reelshare::outbound {

[[nodiscard]] bool is_public(const boost::asio::ip::address& address);

}  // namespace reelshare::outbound
