#pragma once
// Secrets that nobody has to make: created once, kept in the data folder with mode 0600.

#include "base/error.hpp"

#include <filesystem>
#include <string>

namespace reelshare::app {

/// The secret in `file`, made (256 random bits, base64url) where the file is not there yet. A file
/// that others can read is refused: the secret may be known.
[[nodiscard]] Result<std::string> load_or_make_secret(const std::filesystem::path& file);

}  // namespace reelshare::app
