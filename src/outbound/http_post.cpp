#include "outbound/http_post.hpp"

#include "base/late_library.hpp"
#include "outbound/addresses.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <optional>

namespace reelshare::outbound {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

constexpr std::size_t kMaxAnswer = 64 * 1024;

struct Freed {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

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

struct Guard {
    bool allow_private = false;
    bool refused = false;
};

/// curl has looked the name up and is about to connect to this address and no other.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* to) {
    auto& guard = *static_cast<Guard*>(data);
    const auto address = address_of(*to);
    if (!address || (!guard.allow_private && !is_public(*address))) {
        guard.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/// Reads a little of what comes, so that the other side is not cut off at once, and keeps nothing.
std::size_t skip(char*, std::size_t size, std::size_t count, void* data) {
    auto& seen = *static_cast<std::size_t*>(data);
    seen += size * count;
    return seen > kMaxAnswer ? 0 : size * count;
}

}  // namespace

Result<int> post(const HttpPost& request) {
    const auto loaded = load(late_libcurl);
    if (!loaded) return std::unexpected(loaded.error());
    const std::unique_ptr<CURL, Freed> handle(curl_easy_init());
    if (!handle) return fail_unavailable("no memory for a request");
    curl_slist* list = nullptr;
    for (const std::string& header : request.headers)
        list = curl_slist_append(list, header.c_str());
    const std::unique_ptr<curl_slist, Freed> headers(list);
    Guard guard{.allow_private = request.allow_private};
    std::size_t seen = 0;
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &seen);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    const CURLcode code = curl_easy_perform(curl);
    if (guard.refused && code != CURLE_OK) return fail_unavailable("the address is not public");
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    // Whoever answers at length has answered.
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status != 0))
        return fail_unavailable(curl_easy_strerror(code));
    return static_cast<int>(status);
}

}  // namespace reelshare::outbound
