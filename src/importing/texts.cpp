#include "importing/texts.hpp"

namespace reelshare::importing {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(kSpace);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string fitted(std::string_view text, std::size_t most) {
    text = trimmed(text);
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
        if (begins && count++ == most) return std::string(text.substr(0, i));
    }
    return std::string(text);
}

std::string fitted(std::string_view text, std::size_t most, std::int64_t& cut) {
    std::string result = fitted(text, most);
    if (result.size() < trimmed(text).size()) ++cut;
    return result;
}

}  // namespace reelshare::importing
