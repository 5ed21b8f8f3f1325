#include "accounts/device_cookie.hpp"

#include "accounts/keyed_hash.hpp"
#include "base/id.hpp"

#include <fmt/format.h>

namespace reelshare::accounts {

namespace {

constexpr std::string_view kCookie = "rs_device";
constexpr std::size_t kDeviceBytes = 16;
constexpr std::size_t kDeviceLength = 22;  // In base64url.
constexpr long kSeconds = 365L * 24 * 3600;

}  // namespace

DeviceCookie::DeviceCookie(const std::string& secret) : key_(derive_key(secret, "device cookie")) {}

std::string DeviceCookie::signature(std::string_view device, std::string_view email) const {
    return keyed_hash(key_, fmt::format("{}\n{}", device, email));
}

std::string DeviceCookie::device_of(const http::Request& request, std::string_view email) const {
    const auto cookie = request.cookie(kCookie);
    if (!cookie || cookie->size() <= kDeviceLength || (*cookie)[kDeviceLength] != '.') return {};
    const std::string_view device = cookie->substr(0, kDeviceLength);
    const std::string_view given = cookie->substr(kDeviceLength + 1);
    return same_bytes(given, signature(device, email)) ? std::string(device) : std::string();
}

std::string DeviceCookie::issue(const http::Request& request, std::string_view email) const {
    const std::string device = random_token(kDeviceBytes);
    return fmt::format(
        "{}={}.{}; Path=/api/v1/auth/login; Max-Age={}; HttpOnly; SameSite=Lax{}", kCookie, device,
        signature(device, email), kSeconds, request.secure ? "; Secure" : ""
    );
}

}  // namespace reelshare::accounts
