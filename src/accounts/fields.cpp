#include "accounts/fields.hpp"

#include <algorithm>
#include <cctype>

namespace reelshare::accounts {

bool looks_like_email(std::string_view email) {
    const auto at = email.find('@');
    if (at == 0 || at == std::string_view::npos || at > 64) return false;
    const std::string_view domain = email.substr(at + 1);
    if (domain.empty() || domain.find('@') != std::string_view::npos) return false;
    if (domain.find('.') == std::string_view::npos || domain.front() == '.' || domain.back() == '.')
        return false;
    if (domain.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(email, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7f && c != '<' && c != '>' && c != '"' && c != ',' &&
               c != ';';
    });
}

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return text;
}

std::string read_email(FieldReader& read) {
    std::string email = read.text("email", {.min = 1, .max = 254, .what = "Email"});
    if (!email.empty() && !looks_like_email(email))
        read.fault("email", "Enter a valid email address.");
    return lower_case(std::move(email));
}

}  // namespace reelshare::accounts
