#pragma once
// A mail as it goes over the wire (RFC 5322), before SMTP's own escaping.

#include "outbound/mailer.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace reelshare::outbound {

/// `id` makes the Message-ID, under the domain of `from`. Lines end with CRLF, whatever `mail`
/// says.
[[nodiscard]] std::string compose(
    const Mail& mail, std::string_view from, std::string_view id, std::time_t now
);

}  // namespace reelshare::outbound
