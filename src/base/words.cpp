#include "base/words.hpp"

#include <algorithm>
#include <clocale>
#include <cwctype>

namespace reelshare {

namespace {

constexpr std::size_t kMostLetters = 64;

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

char32_t code_point(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (bytes.size() == 1) return first;
    char32_t value = first & (0xFFU >> (bytes.size() + 1));
    for (const char c : bytes.substr(1))
        value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
    return value;
}

void append(std::string& text, char32_t value) {
    if (value < 0x80) {
        text += static_cast<char>(value);
        return;
    }
    const unsigned more = value < 0x800 ? 1 : value < 0x10000 ? 2 : 3;
    constexpr unsigned char kFirst[] = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(kFirst[more] | (value >> (6 * more)));
    for (unsigned left = more; left-- > 0;)
        text += static_cast<char>(0x80U | ((value >> (6 * left)) & 0x3FU));
}

locale_t letters() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

char32_t lower(char32_t c) {
    if (c >= 'A' && c <= 'Z') return c + ('a' - 'A');
    if (c < 0x80 || !letters()) return c;
    return static_cast<char32_t>(::towlower_l(static_cast<wint_t>(c), letters()));
}

bool is_letter(char32_t c) {
    if (c < 0x80) return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    return letters() && ::iswalnum_l(static_cast<wint_t>(c), letters()) != 0;
}

}  // namespace

std::string_view code_point_at_front(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && length < 4 && continues(text[length])) ++length;
    return text.substr(0, length);
}

std::string fold_case(std::string_view text) {
    std::string folded;
    while (!text.empty()) {
        const std::string_view bytes = code_point_at_front(text);
        append(folded, lower(code_point(bytes)));
        text.remove_prefix(bytes.size());
    }
    return folded;
}

std::string_view word_at_front(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size()) {
        const std::string_view bytes = code_point_at_front(text.substr(end));
        if (bytes != "_" && !is_letter(code_point(bytes))) break;
        end += bytes.size();
    }
    return text.substr(0, end);
}

std::vector<std::string> words_of(std::string_view text, std::size_t most) {
    std::vector<std::string> words;
    std::string word;
    std::size_t length = 0;
    const auto end_word = [&] {
        if (!word.empty() && words.size() < most) words.push_back(std::move(word));
        word.clear();
        length = 0;
    };
    while (!text.empty() && words.size() < most) {
        const std::string_view bytes = code_point_at_front(text);
        const char32_t c = code_point(bytes);
        text.remove_prefix(bytes.size());
        if (!is_letter(c))
            end_word();
        else if (++length <= kMostLetters)
            append(word, lower(c));
    }
    end_word();
    return words;
}

}  // namespace reelshare
