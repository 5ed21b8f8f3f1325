#pragma once
// base64 with padding (RFC 4648 §4), as headers carry it.

#include <optional>
#include <string>
#include <string_view>

namespace reelshare {

[[nodiscard]] std::string base64(std::string_view bytes);
/// Strict: the padding is there, nothing else is. "" is "".
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace reelshare
