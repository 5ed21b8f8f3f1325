#include "accounts/password_rules.hpp"

#include "accounts/common_words.hpp"

#include <algorithm>
#include <array>

namespace reelshare::accounts {

namespace {

/// What fingers walk along, in both directions.
constexpr std::array<std::string_view, 9> kWalks = {
    "abcdefghijklmnopqrstuvwxyz",   "01234567890",          "qwertyuiop",   "asdfghjkl", "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfv", "azertyuiop"
};
constexpr std::size_t kShortestRun = 3;
constexpr std::size_t kMostAdded = 6;  ///< Digits and signs that do not make a word better.
constexpr std::size_t kShortUnit = 4;  ///< Repeated, it is no password.
constexpr std::size_t kShortestPersonal = 4;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// How many characters from the start follow each other on a walk or are all the same.
std::size_t run_length(std::string_view text) {
    const auto same = text.find_first_not_of(text.front());
    std::size_t longest = same == std::string_view::npos ? text.size() : same;
    for (const std::string_view walk : kWalks) {
        const std::string backwards(walk.rbegin(), walk.rend());
        for (const std::string_view way : {walk, std::string_view(backwards)}) {
            std::size_t size = text.size();
            while (size > longest && way.find(text.substr(0, size)) == std::string_view::npos)
                --size;
            longest = std::max(longest, size);
        }
    }
    return longest;
}

/// "12345678", "qwerty321", "aaaabbbb": runs and nothing else.
bool is_runs(std::string_view text) {
    while (!text.empty()) {
        const std::size_t run = run_length(text);
        if (run < kShortestRun) return false;
        text.remove_prefix(run);
    }
    return true;
}

/// "abcabcabc": the same few characters again and again; the unit, or "".
std::string_view repeated_unit(std::string_view text) {
    for (std::size_t size = 1; size <= text.size() / 2; ++size) {
        if (text.size() % size != 0) continue;
        const std::string_view unit = text.substr(0, size);
        bool same = true;
        for (std::size_t at = size; same && at < text.size(); at += size)
            same = text.substr(at, size) == unit;
        if (same) return unit;
    }
    return {};
}

/// Signs that stand for letters; `one` is what 1 stands for.
std::string spelled_out(std::string_view text, char one) {
    constexpr std::string_view kSigns = "034578@$!";
    constexpr std::string_view kLetters = "oeastbasi";
    std::string out(text);
    for (char& c : out) {
        const auto at = kSigns.find(c);
        if (at != std::string_view::npos) c = kLetters[at];
        if (c == '1') c = one;
    }
    return out;
}

/// A common word, perhaps in disguise, with little around it: "P4ssw0rd!", "summer2024".
bool is_dressed_word(std::string_view text) {
    std::string_view body = text;
    while (!body.empty() && !is_letter(body.back())) body.remove_suffix(1);
    const std::string_view behind = text.substr(body.size());
    std::string_view core = body;
    while (!core.empty() && !is_letter(core.front())) core.remove_prefix(1);
    const std::string_view before = body.substr(0, body.size() - core.size());
    const bool little = (behind.size() <= kMostAdded || is_runs(behind)) &&
                        (before.size() <= kMostAdded || is_runs(before));
    for (const char one : {'i', 'l'}) {
        if (little && is_common_word(spelled_out(core, one))) return true;
        if (little && is_common_word(spelled_out(body, one))) return true;
        if (is_common_word(spelled_out(text, one))) return true;
    }
    return false;
}

bool is_common(std::string_view text) {
    if (is_runs(text) || is_dressed_word(text)) return true;
    const std::string_view unit = repeated_unit(text);
    return !unit.empty() && (unit.size() <= kShortUnit || is_common(unit));
}

/// Whether little remains of the password without this word.
bool leans_on(std::string_view text, std::string_view word) {
    if (word.size() < kShortestPersonal) return false;
    const auto at = text.find(word);
    return at != std::string_view::npos && text.size() - word.size() <= kMostAdded;
}

}  // namespace

std::optional<std::string> password_fault(
    std::string_view password, std::initializer_list<std::string_view> personal
) {
    const std::string text = lower(password);
    if (text.empty()) return std::nullopt;
    if (is_common(text)) return "This password is too common: it would be among the first guesses.";
    for (const std::string_view known : personal) {
        const std::string word = lower(known);
        if (leans_on(text, word) || leans_on(text, word.substr(0, word.find('@'))))
            return "The password must not be your name or e-mail address.";
    }
    return std::nullopt;
}

}  // namespace reelshare::accounts
