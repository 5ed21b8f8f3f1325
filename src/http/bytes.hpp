#pragma once
// Small questions about bytes of the protocol, answered by tables: they are asked for every byte of
// a header.

#include <array>
#include <cstdint>
#include <string_view>

namespace reelshare::http {

enum ByteClass : std::uint8_t {
    kTokenByte = 1,   ///< RFC 9110 §5.6.2: names of methods and fields.
    kTargetByte = 2,  ///< Visible ASCII without "#": a fragment is never sent.
    kValueByte = 4,   ///< What a field value may hold: no controls but the tab.
    kHostByte = 8,    ///< RFC 3986 §3.2.2: a name, an address in brackets, a port.
};

[[nodiscard]] constexpr bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

inline constexpr auto kByteClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    const auto holds = [](std::string_view set, char c) { return set.find(c) != set.npos; };
    for (unsigned i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        unsigned is = 0;
        if (is_alphanumeric(c) || holds("!#$%&'*+-.^_`|~", c)) is |= kTokenByte;
        if (i >= 0x21 && i <= 0x7e && c != '#') is |= kTargetByte;
        if ((i >= 0x20 && i != 0x7f) || c == '\t') is |= kValueByte;
        if (is_alphanumeric(c) || holds("-._~%!$&'()*+,;=:[]", c)) is |= kHostByte;
        classes[i] = static_cast<std::uint8_t>(is);
    }
    return classes;
}();

[[nodiscard]] inline bool all_of(std::string_view text, ByteClass wanted) {
    std::uint8_t common = wanted;
    for (const char c : text) common &= kByteClasses[static_cast<unsigned char>(c)];
    return common == wanted;
}

[[nodiscard]] constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Equal but for the case of ASCII letters.
[[nodiscard]] inline bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/// Without spaces and tabs at its ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// Cuts the next item off a comma-separated list.
[[nodiscard]] inline std::string_view next_item(std::string_view& list) {
    const auto comma = list.find(',');
    const std::string_view item = trimmed(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    return item;
}

/// -1 where `c` is no hexadecimal digit.
[[nodiscard]] constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace reelshare::http
