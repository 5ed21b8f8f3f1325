#include "accounts/tokens.hpp"

#include "accounts/keyed_hash.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"

#include <jwt.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <stdexcept>

namespace reelshare::accounts {

namespace {

constexpr std::size_t kMaxToken = 2048;
constexpr const char* kIssuer = "reelshare";
constexpr const char* kAudience = "reelshare-api";
constexpr std::size_t kRefreshSecret = 43;  // 256 bits in base64url

struct FreeJwt {
    void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

std::string grant(jwt_t* jwt, const char* name) {
    const char* value = jwt_get_grant(jwt, name);
    return value ? value : "";
}

/// Until when the token is good in Unix seconds, the leeway included; 0 where it is not in its
/// time. "exp", "iat" and "nbf" are numbers, "nbf" is optional.
long end_of(jwt_t* jwt) {
    const long now = static_cast<long>(std::time(nullptr));
    const long leeway = static_cast<long>(Tokens::kLeeway.count());
    const long most = static_cast<long>(std::chrono::seconds(Tokens::kMaxAge).count());
    const long issued = jwt_get_grant_int(jwt, "iat");
    if (issued > now + leeway || jwt_get_grant_int(jwt, "nbf") > now + leeway) return 0;
    const long expires = jwt_get_grant_int(jwt, "exp");
    // Compared before the leeway is added: a made-up number must not overflow.
    if (expires <= now - leeway || issued < now - leeway - most) return 0;
    return std::min(expires, issued + most) + leeway;
}

}  // namespace

Tokens::Tokens(const std::vector<std::string>& secrets) {
    if (secrets.empty()) throw std::invalid_argument("no secret to sign tokens with");
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
    for (const std::string& secret : secrets) {
        if (secret.size() < 32)
            throw std::invalid_argument(
                "JWT_SECRET must have at least 32 bytes (RFC 8725, section 3.5)"
            );
        Keys keys{
            .id = sha256_hex(derive_key(secret, "key id")).substr(0, 16),
            .access = derive_key(secret, "access token"),
            .refresh = derive_key(secret, "refresh token"),
            .header = {}
        };
        const std::string sample = sign(keys, {}, std::chrono::seconds(0));
        keys.header = sample.substr(0, sample.find('.') + 1);
        keys_.push_back(std::move(keys));
    }
}

std::string Tokens::issue_access(const AccessClaims& claims, std::chrono::seconds lifetime) const {
    return sign(keys_.front(), claims, lifetime);
}

std::string Tokens::sign(
    const Keys& keys, const AccessClaims& claims, std::chrono::seconds lifetime
) {
    jwt_t* raw = nullptr;
    if (jwt_new(&raw) != 0) throw std::bad_alloc();
    const Jwt jwt(raw);
    const long now = static_cast<long>(std::time(nullptr));
    jwt_add_header(raw, "kid", keys.id.c_str());
    jwt_add_grant(raw, "iss", kIssuer);
    jwt_add_grant(raw, "aud", kAudience);
    jwt_add_grant(raw, "id", claims.user_id.c_str());
    jwt_add_grant(raw, "email", claims.email.c_str());
    jwt_add_grant(raw, "sid", claims.session_id.c_str());
    jwt_add_grant(raw, "jti", new_id().c_str());
    jwt_add_grant_int(raw, "iat", now);
    jwt_add_grant_int(raw, "exp", now + static_cast<long>(lifetime.count()));
    const int failed = jwt_set_alg(
        raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(keys.access.data()),
        static_cast<int>(keys.access.size())
    );
    if (failed) throw std::runtime_error("the access token's key was refused");
    // This version of libjwt hands out memory of malloc, with no function of its own to free it.
    const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), &std::free);
    if (!text) throw std::bad_alloc();
    return text.get();
}

std::optional<AccessClaims> Tokens::verify_access(std::string_view token) const {
    if (token.size() > kMaxToken) return std::nullopt;
    const auto keys =
        std::ranges::find_if(keys_, [&](const Keys& k) { return token.starts_with(k.header); });
    if (keys == keys_.end()) return std::nullopt;
    jwt_t* raw = nullptr;
    const int failed = jwt_decode(
        &raw, std::string(token).c_str(),
        reinterpret_cast<const unsigned char*>(keys->access.data()),
        static_cast<int>(keys->access.size())
    );
    if (failed) return std::nullopt;
    const Jwt jwt(raw);
    if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::nullopt;
    const long good_until = end_of(raw);
    if (good_until == 0) return std::nullopt;
    if (grant(raw, "iss") != kIssuer || grant(raw, "aud") != kAudience) return std::nullopt;
    AccessClaims claims{grant(raw, "id"), grant(raw, "email"), grant(raw, "sid"), good_until};
    if (!is_id(claims.user_id) || !is_id(claims.session_id)) return std::nullopt;
    return claims;
}

std::string Tokens::first_refresh(std::string_view session_id) {
    return std::string(session_id) + '.' + random_token(32);
}

std::string Tokens::next_refresh(std::string_view refresh) const {
    return session_of(refresh) + '.' + keyed_hash(keys_.front().refresh, refresh);
}

std::optional<std::string> Tokens::successor_with_hash(
    std::string_view refresh, std::string_view hash
) const {
    for (const Keys& keys : keys_) {
        std::string next = session_of(refresh) + '.' + keyed_hash(keys.refresh, refresh);
        if (sha256_hex(next) == hash) return next;
    }
    return std::nullopt;
}

std::string Tokens::session_of(std::string_view refresh) {
    const auto dot = refresh.find('.');
    if (dot == std::string_view::npos || refresh.size() != dot + 1 + kRefreshSecret) return {};
    const std::string_view session = refresh.substr(0, dot);
    return is_id(session) ? std::string(session) : std::string();
}

}  // namespace reelshare::accounts
