#include "accounts/keyed_hash.hpp"

#include <sodium.h>

#include <array>

namespace reelshare::accounts {

namespace {

using Digest = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Digest hmac(std::string_view key, std::string_view text) {
    Digest digest{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
    crypto_auth_hmacsha256_final(&state, digest.data());
    return digest;
}

}  // namespace

std::string derive_key(const std::string& secret, std::string_view purpose) {
    const Digest digest = hmac(secret, purpose);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string keyed_hash(const std::string& key, std::string_view text) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    const Digest digest = hmac(key, text);
    std::string encoded(sodium_base64_ENCODED_LEN(digest.size(), kVariant), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), digest.data(), digest.size(), kVariant);
    encoded.pop_back();  // The terminating NUL that sodium writes.
    return encoded;
}

bool same_bytes(std::string_view one, std::string_view other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace reelshare::accounts
