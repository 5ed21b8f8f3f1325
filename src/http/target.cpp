#include "http/target.hpp"

#include "base/json.hpp"

namespace reelshare::http {

namespace {

constexpr std::size_t kMaxPairs = 64;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool escapes_separator(std::string_view raw) {
    for (std::size_t i = 0; i + 2 < raw.size(); ++i) {
        if (raw[i] != '%') continue;
        const std::string_view code = raw.substr(i + 1, 2);
        if (code == "2f" || code == "2F" || code == "5c" || code == "5C" || code == "00")
            return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded += ' ';
        } else if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

std::optional<std::string> decode_path(std::string_view raw) {
    if (escapes_separator(raw) || raw.find('\\') != std::string_view::npos) return std::nullopt;
    auto path = percent_decode(raw, false);
    if (!path || !utf8_length(*path)) return std::nullopt;
    std::string_view rest = *path;
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the slash in front of each segment
        const auto slash = rest.find('/');
        const std::string_view segment = rest.substr(0, slash);
        if (segment == ".." || segment == ".") return std::nullopt;
        if (slash == std::string_view::npos) break;
        if (segment.empty()) return std::nullopt;
        rest.remove_prefix(slash);
    }
    return path;
}

std::optional<std::vector<std::pair<std::string, std::string>>> decode_query(std::string_view raw) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!raw.empty()) {
        const auto ampersand = raw.find('&');
        const std::string_view item = raw.substr(0, ampersand);
        raw = ampersand == std::string_view::npos ? std::string_view() : raw.substr(ampersand + 1);
        if (item.empty()) continue;
        const auto equals = item.find('=');
        auto name = percent_decode(item.substr(0, equals), true);
        auto value = equals == std::string_view::npos
                         ? std::optional<std::string>(std::string())
                         : percent_decode(item.substr(equals + 1), true);
        if (!name || !value || pairs.size() == kMaxPairs) return std::nullopt;
        if (!utf8_length(*name) || !utf8_length(*value)) return std::nullopt;
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

}  // namespace reelshare::http
