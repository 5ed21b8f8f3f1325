#pragma once
// Fields that more than one account route reads.

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace reelshare::accounts {

/// Whether mail could go there: one "@" between something and a domain with a dot; what else an
/// address may hold is for the mail server to say.
[[nodiscard]] bool looks_like_email(std::string_view email);
[[nodiscard]] std::string lower_case(std::string text);

/// The field "email", in lower case.
[[nodiscard]] std::string read_email(FieldReader& read);

}  // namespace reelshare::accounts
