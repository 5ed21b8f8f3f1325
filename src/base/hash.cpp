#include "base/hash.hpp"

#include <openssl/evp.h>

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
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(64);
    for (const unsigned char byte : digest) {
        text += kHex[byte >> 4];
        text += kHex[byte & 0x0f];
    }
    return text;
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

}  // namespace reelshare
