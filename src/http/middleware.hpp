#pragma once
// What every answer passes through.

#include "http/message.hpp"

#include <string>
#include <vector>

namespace reelshare::http {

/// nosniff, Referrer-Policy, frame-ancestors and their kin, where a handler set none of its own.
[[nodiscard]] Middleware security_headers();

/// Cross-origin use of the API by exactly these origins, with credentials; preflights answered.
[[nodiscard]] Middleware cors(std::vector<std::string> origins);

/// Compresses texts over 1 KiB that a handler left as they are, and gives GET answers without an
/// ETag a strong one, with 304.
[[nodiscard]] Middleware compress_and_tag();

}  // namespace reelshare::http
