#include "accounts/tokens.hpp"

#include "base/id.hpp"

#include <jwt.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>

namespace reelshare::accounts {

namespace {

constexpr std::size_t kMaxToken = 2048;
constexpr long kLeewaySeconds = 60;
constexpr const char* kIssuer = "reelshare";
constexpr const char* kAudience = "reelshare-api";
constexpr std::size_t kRefreshSecret = 43;  // 256 bits in base64url

struct FreeJwt {
    void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

std::array<unsigned char, crypto_auth_hmacsha256_BYTES> hmac(
    std::string_view key, std::string_view text
) {
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(
        &state, reinterpret_cast<const unsigned char*>(key.data()), key.size()
    );
    crypto_auth_hmacsha256_update(
        &state, reinterpret_cast<const unsigned char*>(text.data()), text.size()
    );
    crypto_auth_hmacsha256_final(&state, digest.data());
    return digest;
}

std::string derive(const std::string& secret, std::string_view purpose) {
    const auto digest = hmac(secret, purpose);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string base64url(std::span<const unsigned char> bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    text.pop_back();
    return text;
}

std::string grant(jwt_t* jwt, const char* name) {
    const char* value = jwt_get_grant(jwt, name);
    return value ? value : "";
}

}  // namespace

Tokens::Tokens(const std::string& secret) {
    if (secret.size() < 32)
        throw std::invalid_argument("JWT_SECRET must have at least 32 bytes (RFC 8725, section 3.5)"
        );
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
    access_key_ = derive(secret, "access token");
    refresh_key_ = derive(secret, "refresh token");
    const std::string sample = issue_access({}, std::chrono::seconds(0));
    header_ = sample.substr(0, sample.find('.') + 1);
}

std::string Tokens::issue_access(const AccessClaims& claims, std::chrono::seconds lifetime) const {
    jwt_t* raw = nullptr;
    if (jwt_new(&raw) != 0) throw std::bad_alloc();
    const Jwt jwt(raw);
    const long now = static_cast<long>(std::time(nullptr));
    jwt_add_grant(raw, "iss", kIssuer);
    jwt_add_grant(raw, "aud", kAudience);
    jwt_add_grant(raw, "id", claims.user_id.c_str());
    jwt_add_grant(raw, "email", claims.email.c_str());
    jwt_add_grant(raw, "sid", claims.session_id.c_str());
    jwt_add_grant(raw, "jti", new_id().c_str());
    jwt_add_grant_int(raw, "iat", now);
    jwt_add_grant_int(raw, "exp", now + static_cast<long>(lifetime.count()));
    const int failed = jwt_set_alg(
        raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(access_key_.data()),
        static_cast<int>(access_key_.size())
    );
    if (failed) throw std::runtime_error("the access token's key was refused");
    // This version of libjwt hands out memory of malloc, with no function of its own to free it.
    const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), &std::free);
    if (!text) throw std::bad_alloc();
    return text.get();
}

std::optional<AccessClaims> Tokens::verify_access(std::string_view token) const {
    if (token.size() > kMaxToken || !token.starts_with(header_)) return std::nullopt;
    jwt_t* raw = nullptr;
    const int failed = jwt_decode(
        &raw, std::string(token).c_str(),
        reinterpret_cast<const unsigned char*>(access_key_.data()),
        static_cast<int>(access_key_.size())
    );
    if (failed) return std::nullopt;
    const Jwt jwt(raw);
    if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::nullopt;
    const long now = static_cast<long>(std::time(nullptr));
    const long expires = jwt_get_grant_int(raw, "exp");
    const long issued = jwt_get_grant_int(raw, "iat");
    if (expires + kLeewaySeconds <= now || issued - kLeewaySeconds > now) return std::nullopt;
    if (grant(raw, "iss") != kIssuer || grant(raw, "aud") != kAudience) return std::nullopt;
    AccessClaims claims{grant(raw, "id"), grant(raw, "email"), grant(raw, "sid")};
    if (!is_id(claims.user_id) || !is_id(claims.session_id)) return std::nullopt;
    return claims;
}

std::string Tokens::first_refresh(std::string_view session_id) {
    return std::string(session_id) + '.' + random_token(32);
}

std::string Tokens::next_refresh(std::string_view refresh) const {
    return session_of(refresh) + '.' + base64url(hmac(refresh_key_, refresh));
}

std::string Tokens::session_of(std::string_view refresh) {
    const auto dot = refresh.find('.');
    if (dot == std::string_view::npos || refresh.size() != dot + 1 + kRefreshSecret) return {};
    const std::string_view session = refresh.substr(0, dot);
    return is_id(session) ? std::string(session) : std::string();
}

}  // namespace reelshare::accounts
