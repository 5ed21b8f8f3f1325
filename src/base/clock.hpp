#pragma once
// Wall-clock time as the database and the API show it: milliseconds since 1970 UTC.

#include <cstdint>
#include <string>

namespace reelshare {

using UnixMillis = std::int64_t;

[[nodiscard]] UnixMillis now_ms();

/// RFC 3339 in UTC with milliseconds: "2026-01-02T03:04:05.678Z".
[[nodiscard]] std::string rfc3339(UnixMillis time);

/// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(UnixMillis time);

}  // namespace reelshare
