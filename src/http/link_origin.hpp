#pragma once
// What absolute links in answers begin with.

#include "http/message.hpp"

#include <string>

namespace reelshare::http {

/// The origin that links of this answer begin with: `public_url` where configured, else what the
/// client asked for (a phone in the same network reaches us by another name than this machine). A
/// Host that is no plain authority gives "": links are then relative. Cached answers hold links, so
/// the key of an entry holds the origin; a forger of Hosts reaches his own entries only, and the
/// cache is bounded in bytes.
[[nodiscard]] std::string link_origin(const Request& request, const std::string& public_url);

}  // namespace reelshare::http
