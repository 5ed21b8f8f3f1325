#include "outbound/curl_guard.hpp"

#include "outbound/addresses.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>

namespace reelshare::outbound {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

std::optional<address> address_of(const curl_sockaddr& from) {
    if (from.family == AF_INET && from.addrlen >= sizeof(sockaddr_in)) {
        sockaddr_in four{};
        std::memcpy(&four, &from.addr, sizeof(four));
        return address_v4(ntohl(four.sin_addr.s_addr));
    }
    if (from.family == AF_INET6 && from.addrlen >= sizeof(sockaddr_in6)) {
        sockaddr_in6 six{};
        std::memcpy(&six, &from.addr, sizeof(six));
        address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
        return address_v6(bytes);
    }
    return std::nullopt;
}

/// curl has looked the name up and is about to connect to this address and no other.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* to) {
    auto& guard = *static_cast<CurlGuard*>(data);
    const auto address = address_of(*to);
    if (!address || (!guard.allow_private && !is_public(*address))) {
        guard.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

}  // namespace

void guard_request(CURL* handle, CurlGuard& guard) {
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &guard);
}

}  // namespace reelshare::outbound
