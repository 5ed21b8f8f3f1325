#include "videos/viewer.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reelshare::videos {

namespace {

constexpr std::string_view kCookie = "rs_guest";
constexpr std::size_t kCookieBytes = 16;
constexpr std::size_t kCookieLength = 22;  // 16 bytes in base64url.
constexpr long kCookieSeconds = 365L * 24 * 3600;

bool is_ours(std::string_view cookie) {
    return cookie.size() == kCookieLength && std::ranges::all_of(cookie, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

Watcher watcher_of(
    const http::Request& request,
    const std::optional<accounts::Viewer>& viewer,
    std::string_view salt
) {
    if (viewer) return {.name = "user:" + viewer->user_id, .new_name = {}, .set_cookie = {}};
    const auto cookie = request.cookie(kCookie);
    if (cookie && is_ours(*cookie))
        return {.name = fmt::format("guest:{}", *cookie), .new_name = {}, .set_cookie = {}};
    // Keyed, so that the table does not tell addresses.
    const std::string hash = sha256_hex(
        fmt::format("{}\n{}\n{}", salt, request.client_address, request.header("user-agent"))
    );
    const std::string given = random_token(kCookieBytes);
    return {
        .name = "from:" + hash.substr(0, 32),
        .new_name = "guest:" + given,
        .set_cookie = fmt::format(
            "{}={}; Path=/api/v1/video; Max-Age={}; HttpOnly; SameSite=Lax{}", kCookie, given,
            kCookieSeconds, request.secure ? "; Secure" : ""
        )
    };
}

}  // namespace reelshare::videos
