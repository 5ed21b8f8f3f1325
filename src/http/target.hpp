#pragma once
// Request targets: decoded once, and only if what comes out can be meant.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::http {

/// Percent-decoding; nothing where an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// The decoded path, or nothing for what no honest client sends: "..", an escaped slash or
/// backslash, NUL, an empty segment inside, invalid UTF-8.
[[nodiscard]] std::optional<std::string> decode_path(std::string_view raw);

/// At most 64 pairs; nothing where there are more or an escape is broken.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> decode_query(
    std::string_view raw
);

}  // namespace reelshare::http
