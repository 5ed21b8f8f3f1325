#pragma once
// Secrets that nobody has to make: created once, kept in the data folder with mode 0600.

#include "app/config.hpp"
#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace reelshare::app {

/// The secret in `file`, made (256 random bits, base64url) where the file is not there yet. A file
/// that others can read is refused: the secret may be known.
[[nodiscard]] Result<std::string> load_or_make_secret(const std::filesystem::path& file);

/// What signs tokens, the current secret first: JWT_SECRET, or the file `secrets/jwt`; then what
/// was in use before, from JWT_PREVIOUS_SECRETS and, where it is there, the file
/// `secrets/jwt.previous`.
[[nodiscard]] Result<std::vector<std::string>> token_secrets(const Config& config);

}  // namespace reelshare::app
