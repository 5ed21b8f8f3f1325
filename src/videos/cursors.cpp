#include "videos/cursors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <span>

namespace reelshare::videos {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Bytes = std::array<unsigned char, 16>;

/// base64url without padding.
std::string encode(std::span<const unsigned char> bytes) {
    std::string text;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const unsigned char byte : bytes) {
        pending = (pending << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[(pending >> (bits - 6)) & 63];
        pending &= 63;
    }
    if (bits > 0) text += kAlphabet[(pending << (6 - bits)) & 63];
    return text;
}

/// Only what `encode` writes.
std::optional<std::vector<unsigned char>> decode(std::string_view text) {
    std::vector<unsigned char> bytes;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        pending = ((pending << 6) | static_cast<unsigned>(value)) & 0xffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<unsigned char>(pending >> bits));
    }
    // What the last character holds beyond the last byte must be nothing.
    if (encode(bytes) != text) return std::nullopt;
    return bytes;
}

Bytes bytes_of(std::string_view id) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Bytes bytes{};
    std::size_t nibble = 0;
    for (const char c : id) {
        if (c == '-') continue;
        bytes[nibble / 2] = static_cast<unsigned char>((bytes[nibble / 2] << 4) | digit(c));
        ++nibble;
    }
    return bytes;
}

std::string id_of(std::span<const unsigned char> bytes) {
    std::string id;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        fmt::format_to(std::back_inserter(id), "{:02x}", bytes[i]);
    }
    return id;
}

constexpr std::size_t kPlaceBytes = 24;
constexpr char kNew = 'n';
constexpr char kAgain = 'a';

}  // namespace

std::string cursor_of(std::string_view id) {
    return encode(bytes_of(id));
}

std::string cursor_of(const TrendPlace& place) {
    std::array<unsigned char, kPlaceBytes> bytes{};
    auto number = std::bit_cast<std::uint64_t>(place.trend);
    for (std::size_t i = 8; i-- > 0; number >>= 8) bytes[i] = static_cast<unsigned char>(number);
    std::ranges::copy(bytes_of(place.id), bytes.begin() + 8);
    return encode(bytes);
}

std::string cursor_of(const FeedPlace& place) {
    if (place.again) return kAgain + (place.after ? cursor_of(*place.after) : std::string());
    std::vector<unsigned char> bytes;
    for (const std::uint32_t name : place.given)
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            bytes.push_back(static_cast<unsigned char>(name >> shift));
    return kNew + encode(bytes);
}

std::optional<std::string> id_of_cursor(std::string_view cursor) {
    const auto bytes = decode(cursor);
    if (!bytes || bytes->size() != Bytes().size()) return std::nullopt;
    return id_of(*bytes);
}

std::optional<TrendPlace> place_of_cursor(std::string_view cursor) {
    const auto bytes = decode(cursor);
    if (!bytes || bytes->size() != kPlaceBytes) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8 | (*bytes)[i];
    const auto trend = std::bit_cast<double>(number);
    if (!std::isfinite(trend)) return std::nullopt;
    return TrendPlace{trend, id_of(std::span(*bytes).subspan(8))};
}

std::optional<FeedPlace> feed_place_of(std::string_view cursor) {
    FeedPlace place;
    if (cursor.empty()) return place;
    const std::string_view rest = cursor.substr(1);
    if (cursor.front() == kAgain) {
        place.again = true;
        if (!rest.empty()) place.after = place_of_cursor(rest);
        if (!rest.empty() && !place.after) return std::nullopt;
        return place;
    }
    const auto bytes = decode(rest);
    if (cursor.front() != kNew || !bytes || bytes->size() % 4 != 0 ||
        bytes->size() / 4 > FeedPlace::kMaxGiven)
        return std::nullopt;
    for (std::size_t i = 0; i < bytes->size(); i += 4) {
        std::uint32_t name = 0;
        for (std::size_t k = 0; k < 4; ++k) name = name << 8 | (*bytes)[i + k];
        place.given.push_back(name);
    }
    return place;
}

}  // namespace reelshare::videos
