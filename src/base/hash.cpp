#include "base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <new>
#include <utility>

namespace reelshare {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_);
}

Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

void Sha256::update(std::span<const char> bytes) {
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
}

std::string Sha256::finish_hex() {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_, digest.data(), &size);
    return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<Digest> Digest::named(std::string_view name) {
    const EVP_MD* kind = name == "sha1" ? EVP_sha1() : name == "sha256" ? EVP_sha256() : nullptr;
    if (!kind) return std::nullopt;
    Digest digest(EVP_MD_CTX_new());
    if (!digest.context_ || EVP_DigestInit_ex(digest.context_, kind, nullptr) != 1)
        throw std::bad_alloc();
    return digest;
}

Digest::~Digest() {
    EVP_MD_CTX_free(context_);
}

Digest::Digest(Digest&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Digest& Digest::operator=(Digest&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

void Digest::update(std::span<const char> bytes) {
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
}

std::string Digest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_, digest.data(), &size);
    return {digest.begin(), digest.begin() + size};
}

std::string sha256_hex(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish_hex();
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    if (!HMAC(
            EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size
        ))
        throw std::bad_alloc();
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(std::string_view bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kHex[byte >> 4];
        text += kHex[byte & 0x0f];
    }
    return text;
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace reelshare
