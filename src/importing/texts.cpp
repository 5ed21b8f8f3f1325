#include "importing/texts.hpp"

#include "base/words.hpp"

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
    std::string_view rest = text;
    for (; most > 0 && !rest.empty(); --most) rest.remove_prefix(code_point_at_front(rest).size());
    return std::string(text.substr(0, text.size() - rest.size()));
}

std::string fitted(std::string_view text, std::size_t most, std::int64_t& cut) {
    std::string result = fitted(text, most);
    if (result.size() < trimmed(text).size()) ++cut;
    return result;
}

}  // namespace reelshare::importing
