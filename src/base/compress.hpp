#pragma once
// gzip and brotli of whole texts, gzip of files.

#include <filesystem>
#include <string>
#include <string_view>

namespace reelshare {

/// Level 6. Empty where it fails or is not smaller.
[[nodiscard]] std::string gzip(std::string_view text);
/// A compressed copy of `from`, with constant memory. False where it fails; `to` is then whatever
/// it is.
[[nodiscard]] bool gzip_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// `quality` 0 to 11: 5 for what is kept a while, less for single answers.
[[nodiscard]] std::string brotli(std::string_view text, int quality);

}  // namespace reelshare
