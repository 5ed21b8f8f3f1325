#include "http/proxy.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace reelshare::http {

namespace {

namespace ip = boost::asio::ip;

ip::address_v6::bytes_type bits_of(const ip::address& address) {
    if (address.is_v6()) return address.to_v6().to_bytes();
    return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

bool within(
    const ip::address_v6::bytes_type& bits,
    const ip::address_v6::bytes_type& network,
    unsigned length
) {
    for (unsigned i = 0; i < 16 && length > 0; ++i) {
        const unsigned take = std::min(length, 8u);
        const auto mask = static_cast<unsigned char>(0xff00u >> take);
        if ((bits[i] & mask) != (network[i] & mask)) return false;
        length -= take;
    }
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

Networks::Networks(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        const auto slash = text.find('/');
        boost::system::error_code ec;
        const ip::address address = ip::make_address(text.substr(0, slash), ec);
        unsigned length = address.is_v4() ? 32 : 128;
        if (!ec && slash != std::string::npos) {
            unsigned given = 0;
            const char* end = text.data() + text.size();
            const auto parsed = std::from_chars(text.data() + slash + 1, end, given);
            if (parsed.ec != std::errc() || parsed.ptr != end || given > length)
                ec = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
            length = given;
        }
        if (ec) throw std::invalid_argument("not a network: " + text);
        networks_.push_back({bits_of(address), address.is_v4() ? length + 96 : length});
    }
}

bool Networks::contains(ip::address address) const {
    const auto bits = bits_of(address);
    for (const Network& network : networks_)
        if (within(bits, network.bits, network.length)) return true;
    return false;
}

bool Networks::contains(std::string_view address) const {
    boost::system::error_code ec;
    const ip::address parsed = ip::make_address(std::string(address), ec);
    return !ec && contains(parsed);
}

std::string client_address(
    const Networks& proxies, const std::string& peer, std::string_view forwarded_for
) {
    std::string client = peer;
    while (!forwarded_for.empty() && proxies.contains(client)) {
        const auto comma = forwarded_for.rfind(',');
        const bool last = comma == std::string_view::npos;
        const std::string_view hop =
            trimmed(last ? forwarded_for : forwarded_for.substr(comma + 1));
        boost::system::error_code ec;
        const ip::address address = ip::make_address(std::string(hop), ec);
        if (ec)
            break;  // A proxy of ours never writes that: what is left of it is the client's own.
        client = address.to_string();
        forwarded_for = last ? std::string_view() : forwarded_for.substr(0, comma);
    }
    return client;
}

}  // namespace reelshare::http
