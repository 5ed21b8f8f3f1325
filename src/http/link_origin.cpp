#include "http/link_origin.hpp"

#include <algorithm>
#include <string_view>

namespace reelshare::http {

namespace {

bool may_stand_in_host(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
}

}  // namespace

std::string link_origin(const Request& request, const std::string& public_url) {
    if (!public_url.empty()) return public_url;
    const std::string_view host = request.header("host");
    if (host.empty() || host.size() > 255 || !std::ranges::all_of(host, may_stand_in_host))
        return {};
    return (request.secure ? "https://" : "http://") + std::string(host);
}

}  // namespace reelshare::http
