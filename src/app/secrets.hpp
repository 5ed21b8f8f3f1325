#pragma once
// Secrets that nobody has to make: created once, kept in the data folder with mode 0600.

#include "app/config.hpp"
#include "base/error.hpp"
#include "db/database.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::app {

/// The secret in `file`, made (256 random bits, base64url) where the file is not there yet. A file
/// that others can read is refused: the secret may be known.
[[nodiscard]] Result<std::string> load_or_make_secret(const std::filesystem::path& file);

/// The fact of the installation (db/installation.hpp) that is the secret where nodes share a
/// database.
inline constexpr std::string_view kSecretFact = "jwt_secret";

/// What signs tokens, the current secret first: JWT_SECRET; or what the installation made once: in
/// the file `secrets/jwt`, or in the database where that may have other nodes, whose tokens each
/// must accept. Then what was in use before, from JWT_PREVIOUS_SECRETS and, where it is there, the
/// file `secrets/jwt.previous`.
[[nodiscard]] Result<std::vector<std::string>> token_secrets(
    const Config& config, db::Database& database
);

}  // namespace reelshare::app
