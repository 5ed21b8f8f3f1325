#include "base/id.hpp"

#include "base/clock.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <mutex>

namespace reelshare {

namespace {

/// The 48-bit time and the 12 bits behind it, kept as one counter that only grows (RFC 9562 §6.2,
/// method 3: the sub-millisecond bits as a counter).
std::uint64_t next_stamp() {
    static std::mutex mutex;
    static std::uint64_t last = 0;
    const std::uint64_t now = static_cast<std::uint64_t>(now_ms()) << 12;
    const std::lock_guard lock(mutex);
    last = now > last ? now : last + 1;
    return last;
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

std::string canonical(const std::array<unsigned char, 16>& bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kHex[bytes[i] >> 4];
        text += kHex[bytes[i] & 0x0f];
    }
    return text;
}

}  // namespace

std::string random_id() {
    std::array<unsigned char, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    bytes[6] = static_cast<unsigned char>(0x40 | (bytes[6] & 0x0f));
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
    return canonical(bytes);
}

std::string new_id() {
    const std::uint64_t stamp = next_stamp();
    std::array<unsigned char, 16> bytes{};
    for (std::size_t i = 0; i < 6; ++i)
        bytes[i] = static_cast<unsigned char>(stamp >> (12 + 8 * (5 - i)));
    randombytes_buf(bytes.data() + 8, 8);
    bytes[6] = static_cast<unsigned char>(0x70 | ((stamp >> 8) & 0x0f));
    bytes[7] = static_cast<unsigned char>(stamp);
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));

    return canonical(bytes);
}

bool is_id(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

std::string random_token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    randombytes_buf(raw.data(), raw.size());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_ENCODED_LEN(bytes, kVariant), '\0');
    sodium_bin2base64(
        text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size(),
        kVariant
    );
    text.pop_back();  // the terminating NUL that sodium writes
    return text;
}

}  // namespace reelshare
