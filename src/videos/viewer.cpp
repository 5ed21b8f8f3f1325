#include "videos/viewer.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"

#include <fmt/format.h>

#include <optional>

namespace reelshare::videos {

namespace {

constexpr std::string_view kCookie = "rs_guest";
constexpr std::size_t kCookieBytes = 16;
constexpr std::size_t kTokenLength = 22;      // 16 bytes in base64url.
constexpr std::size_t kSignatureLength = 32;  // 128 bits in hexadecimal.
constexpr long kCookieSeconds = 365L * 24 * 3600;

std::string signature_of(std::string_view token, std::string_view salt) {
    return sha256_hex(fmt::format("{}\nguest\n{}", salt, token)).substr(0, kSignatureLength);
}

/// The token of a cookie that we gave: token, dot, signature. A made-up one would be a viewer more
/// for whoever makes it up, and one chosen by somebody else a way to know what its bearer sees.
std::optional<std::string_view> token_of(std::string_view cookie, std::string_view salt) {
    if (cookie.size() != kTokenLength + 1 + kSignatureLength || cookie[kTokenLength] != '.')
        return std::nullopt;
    const std::string_view token = cookie.substr(0, kTokenLength);
    if (cookie.substr(kTokenLength + 1) != signature_of(token, salt)) return std::nullopt;
    return token;
}

}  // namespace

Watcher watcher_of(
    const http::Request& request,
    const std::optional<accounts::Viewer>& viewer,
    std::string_view salt
) {
    if (viewer) return {.name = "user:" + viewer->user_id, .new_name = {}, .set_cookie = {}};
    const auto cookie = request.cookie(kCookie);
    if (const auto token = cookie ? token_of(*cookie, salt) : std::nullopt)
        return {.name = fmt::format("guest:{}", *token), .new_name = {}, .set_cookie = {}};
    // Keyed, so that the table does not tell addresses.
    const std::string hash = sha256_hex(
        fmt::format("{}\n{}\n{}", salt, request.client_address, request.header("user-agent"))
    );
    const std::string given = random_token(kCookieBytes);
    return {
        .name = "from:" + hash.substr(0, 32),
        .new_name = "guest:" + given,
        .set_cookie = fmt::format(
            "{}={}.{}; Path=/api/v1/video; Max-Age={}; HttpOnly; SameSite=Lax{}", kCookie, given,
            signature_of(given, salt), kCookieSeconds, request.secure ? "; Secure" : ""
        )
    };
}

}  // namespace reelshare::videos
