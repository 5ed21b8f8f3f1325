#include "redis/client.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <utility>

namespace reelshare::redis {

namespace {

/// Redis names scripts by SHA-1: a name here, not a protection.
std::string sha1_hex(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::bad_alloc();
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest.at(i));
    return hex;
}

}  // namespace

Script::Script(std::string text) : text_(std::move(text)), sha_(sha1_hex(text_)) {}

}  // namespace reelshare::redis
