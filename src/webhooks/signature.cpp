#include "webhooks/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <new>

namespace reelshare::webhooks {

std::string signature(std::string_view secret, std::int64_t seconds, std::string_view body) {
    const std::string text = fmt::format("{}.{}", seconds, body);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (!HMAC(
            EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, text.size(),
            digest.data(), &size
        ))
        throw std::bad_alloc();
    std::string signed_at = fmt::format("t={},v1=", seconds);
    for (unsigned i = 0; i < size; ++i) signed_at += fmt::format("{:02x}", digest.at(i));
    return signed_at;
}

}  // namespace reelshare::webhooks
