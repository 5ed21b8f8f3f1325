#include "base/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace reelshare {

namespace {

// version "-" trace-id "-" parent-id "-" flags (§3.2.2.1).
constexpr std::size_t kLength = 55;
constexpr std::size_t kIdAt = 3;
constexpr std::size_t kIdLength = 32;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kSpanLength = 16;
constexpr std::size_t kFlagsAt = 53;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool is_zero(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

/// Never all zero, which means none. Names, not secrets.
std::uint64_t number() {
    thread_local std::mt19937_64 random{std::random_device{}()};
    return std::max<std::uint64_t>(1, random());
}

std::string new_span() {
    return fmt::format("{:016x}", number());
}

}  // namespace

std::optional<Trace> continue_trace(std::string_view header) {
    if (header.size() < kLength || header.substr(0, 2) == "ff") return std::nullopt;
    // Of version 00 nothing may follow; of later ones only behind another dash.
    if (header.size() > kLength && (header.starts_with("00") || header[kLength] != '-'))
        return std::nullopt;
    const std::string_view id = header.substr(kIdAt, kIdLength);
    const std::string_view parent = header.substr(kSpanAt, kSpanLength);
    const std::string_view flags = header.substr(kFlagsAt, 2);
    const bool dashes =
        header[kIdAt - 1] == '-' && header[kSpanAt - 1] == '-' && header[kFlagsAt - 1] == '-';
    if (!dashes || !is_hex(header.substr(0, 2)) || !is_hex(id) || !is_hex(parent) ||
        !is_hex(flags) || is_zero(id) || is_zero(parent))
        return std::nullopt;
    const bool sampled = std::string_view("13579bdf").contains(flags[1]);
    return Trace{
        .id = std::string(id), .span = new_span(), .parent = std::string(parent), .sampled = sampled
    };
}

Trace begin_trace(bool sampled) {
    return {
        .id = fmt::format("{:016x}{:016x}", number(), number()),
        .span = new_span(),
        .parent = {},
        .sampled = sampled
    };
}

std::string traceparent(const Trace& trace) {
    if (!trace) return {};
    return fmt::format("00-{}-{}-{}", trace.id, trace.span, trace.sampled ? "01" : "00");
}

}  // namespace reelshare
