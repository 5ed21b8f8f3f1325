#pragma once
// Access tokens (JWT, HS256 only) and refresh tokens (256 random bits, then a chain).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::accounts {

struct AccessClaims {
    std::string user_id;          ///< `id`
    std::string email;            ///< `email`: clients of the original server read it.
    std::string session_id;       ///< `sid`
    std::int64_t good_until = 0;  ///< Unix seconds, with the leeway: of a verified token.
};

/// Secrets may be rotated: the first signs, the others still verify what they signed. Each has a
/// name
/// (`kid`) derived from it, which picks the key; the algorithm is never picked by a token.
class Tokens {
  public:
    /// No access token is good for longer than this after it was made, whatever it says.
    static constexpr std::chrono::minutes kMaxAge{60};
    /// Between the clocks of nodes.
    static constexpr std::chrono::seconds kLeeway{60};

    /// `secrets`: at least one, each of at least 32 bytes (RFC 8725 §3.5): else throws
    /// std::invalid_argument. The keys of the two kinds of tokens are derived from them, so that
    /// neither can pass for the other.
    explicit Tokens(const std::vector<std::string>& secrets);

    [[nodiscard]] std::string issue_access(
        const AccessClaims& claims, std::chrono::seconds lifetime
    ) const;

    /// The claims of a token that we signed and that is in its time, else nothing. The header must
    /// be ours byte for byte: there is no algorithm to choose.
    [[nodiscard]] std::optional<AccessClaims> verify_access(std::string_view token) const;

    /// "<session id>.<256 random bits>"
    [[nodiscard]] static std::string first_refresh(std::string_view session_id);
    /// The one token that follows `refresh`. Derived, so that a repeated request can be answered
    /// with the same successor although only hashes are stored.
    [[nodiscard]] std::string next_refresh(std::string_view refresh) const;
    /// The successor of `refresh` whose SHA-256 in hex is `hash`: also one that was derived before
    /// the secrets were rotated.
    [[nodiscard]] std::optional<std::string> successor_with_hash(
        std::string_view refresh, std::string_view hash
    ) const;
    /// The session a refresh token names, or "" where it has not our form.
    [[nodiscard]] static std::string session_of(std::string_view refresh);

  private:
    struct Keys {
        std::string id;
        std::string access;
        std::string refresh;
        std::string header;  ///< The encoded JOSE header of tokens under this key, with its dot.
    };
    static std::string sign(
        const Keys& keys, const AccessClaims& claims, std::chrono::seconds lifetime
    );

    std::vector<Keys> keys_;
};

}  // namespace reelshare::accounts
