#include "base/redact.hpp"

#include <algorithm>

namespace reelshare::log {

namespace {

// In base64, 32 bytes are 43 characters and 16 bytes 22. The shorter a word, the likelier it is a
// word.
constexpr std::size_t kToken = 32;
constexpr std::size_t kShortToken = 22;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What an address or a token is made of; anything else ends it.
bool is_part(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) ||
           std::string_view("-_.+~%@").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_address(std::string_view word) {
    auto at = word.find('@');
    std::size_t width = 1;
    if (at == std::string_view::npos) {
        at = word.find("%40");
        width = 3;
    }
    return at != std::string_view::npos && at > 0 && at + width < word.size();
}

bool is_token(std::string_view word) {
    if (word.size() < kShortToken) return false;
    const bool mixed = std::ranges::any_of(word, is_upper) && std::ranges::any_of(word, is_lower);
    return mixed && (word.size() >= kToken || std::ranges::any_of(word, is_digit));
}

}  // namespace

std::string redact(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto end = std::ranges::find_if_not(text, is_part);
        const auto length = static_cast<std::size_t>(end - text.begin());
        const std::string_view word = text.substr(0, length);
        if (is_address(word))
            clean += "[e-mail]";
        else if (is_token(word))
            clean += "[token]";
        else
            clean += word;
        text.remove_prefix(length);
        if (text.empty()) break;
        clean += text.front();
        text.remove_prefix(1);
    }
    return clean;
}

}  // namespace reelshare::log
