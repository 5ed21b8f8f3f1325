#pragma once
// The header, once the gate let it pass, into a Request. Beast's parser, hidden here.

#include "http/message.hpp"

#include <string_view>

namespace reelshare::http {

enum class HeadFault : std::uint8_t { none, malformed, target, method };

/// Fills method, target, path, query and headers.
[[nodiscard]] HeadFault parse_head(std::string_view head, Request& request);

}  // namespace reelshare::http
