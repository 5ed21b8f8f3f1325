#include "base/base64.hpp"

#include <sodium.h>

namespace reelshare {

namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

}  // namespace

std::string base64(std::string_view bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
    const std::string copy(bytes);
    sodium_bin2base64(
        text.data(), text.size(), reinterpret_cast<const unsigned char*>(copy.data()), copy.size(),
        kVariant
    );
    text.pop_back();  // sodium ends it with a NUL.
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
        nullptr, &size, nullptr, kVariant
    );
    if (failed != 0) return std::nullopt;
    bytes.resize(size);
    return bytes;
}

}  // namespace reelshare
