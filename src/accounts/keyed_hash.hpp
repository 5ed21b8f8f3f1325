#pragma once
// HMAC-SHA-256 for what this installation signs and derives.

#include <string>
#include <string_view>

namespace reelshare::accounts {

/// A key for one purpose only, from the installation's secret: 32 bytes.
[[nodiscard]] std::string derive_key(const std::string& secret, std::string_view purpose);

/// In base64url, 43 characters.
[[nodiscard]] std::string keyed_hash(const std::string& key, std::string_view text);

/// Compares in a time that does not tell where they differ.
[[nodiscard]] bool same_bytes(std::string_view one, std::string_view other);

}  // namespace reelshare::accounts
