#include "words/fold.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <memory>

namespace reelshare::words {

namespace {

struct Free {
    void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

/// Taken apart, without marks, in lower case: a ligature may have become several letters.
std::string plain(std::string_view text) {
    utf8proc_uint8_t* made = nullptr;
    const auto size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()), &made,
        static_cast<utf8proc_option_t>(
            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
            UTF8PROC_STRIPMARK
        )
    );
    const std::unique_ptr<utf8proc_uint8_t, Free> owned(made);
    if (size < 0) return {};
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

bool is_letter_or_digit(utf8proc_int32_t point) {
    switch (utf8proc_category(point)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return true;
        default:
            return false;
    }
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string fold(std::string_view text) {
    const std::string letters = plain(text);
    std::string folded;
    for (std::size_t at = 0; at < letters.size();) {
        utf8proc_int32_t point = 0;
        const auto size = utf8proc_iterate(
            reinterpret_cast<const utf8proc_uint8_t*>(letters.data() + at),
            static_cast<utf8proc_ssize_t>(letters.size() - at), &point
        );
        if (size <= 0) return {};
        if (is_letter_or_digit(point))
            folded.append(letters, at, static_cast<std::size_t>(size));
        else if (!folded.empty() && folded.back() != ' ')
            folded += ' ';
        at += static_cast<std::size_t>(size);
    }
    if (folded.ends_with(' ')) folded.pop_back();
    return folded;
}

bool holds(std::string_view folded_text, std::string_view folded_word) {
    if (folded_word.empty()) return false;
    const bool anywhere = !is_ascii(folded_word);
    for (auto at = folded_text.find(folded_word); at != std::string_view::npos;
         at = folded_text.find(folded_word, at + 1)) {
        const auto end = at + folded_word.size();
        const bool begins = at == 0 || folded_text[at - 1] == ' ';
        const bool ends = end == folded_text.size() || folded_text[end] == ' ';
        if (anywhere || (begins && ends)) return true;
    }
    return false;
}

}  // namespace reelshare::words
