#pragma once
// gzip and brotli of whole texts.

#include <string>
#include <string_view>

namespace reelshare {

/// Level 6. Empty where it fails or is not smaller.
[[nodiscard]] std::string gzip(std::string_view text);
/// `quality` 0 to 11: 5 for what is kept a while, less for single answers.
[[nodiscard]] std::string brotli(std::string_view text, int quality);

}  // namespace reelshare
