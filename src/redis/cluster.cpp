#include "redis/cluster.hpp"

#include <charconv>
#include <string>

namespace reelshare::redis {

namespace {

std::uint16_t crc16(std::string_view bytes) {
    constexpr unsigned kPolynomial = 0x1021;
    unsigned crc = 0;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000) ? (crc << 1) ^ kPolynomial : crc << 1;
        crc &= 0xffff;
    }
    return static_cast<std::uint16_t>(crc);
}

bool read(std::string_view text, std::uint16_t& number) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
    const auto open = key.find('{');
    if (open != std::string_view::npos) {
        const auto close = key.find('}', open + 1);
        if (close != std::string_view::npos && close > open + 1)
            key = key.substr(open + 1, close - open - 1);
    }
    return crc16(key) % kSlots;
}

std::optional<Redirect> redirect_of(std::string_view words) {
    Redirect redirect;
    if (words.starts_with("ASK "))
        redirect.once = true;
    else if (!words.starts_with("MOVED "))
        return std::nullopt;
    words.remove_prefix(words.find(' ') + 1);
    const auto space = words.find(' ');
    const auto colon = words.rfind(':');
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space)
        return std::nullopt;
    redirect.to.host = words.substr(space + 1, colon - space - 1);
    if (!read(words.substr(0, space), redirect.slot) || redirect.slot >= kSlots ||
        !read(words.substr(colon + 1), redirect.to.port) || redirect.to.port == 0)
        return std::nullopt;
    return redirect;
}

}  // namespace reelshare::redis
