#pragma once
// Access tokens (JWT, HS256 only) and refresh tokens (256 random bits, then a chain).

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::accounts {

struct AccessClaims {
    std::string user_id;     ///< `id`
    std::string email;       ///< `email`: clients of the original server read it.
    std::string session_id;  ///< `sid`
};

class Tokens {
  public:
    /// `secret`: at least 32 bytes (RFC 8725 §3.5). Throws std::invalid_argument below that. The
    /// keys of the two kinds of tokens are derived from it, so that neither can pass for the other.
    explicit Tokens(const std::string& secret);

    [[nodiscard]] std::string issue_access(
        const AccessClaims& claims, std::chrono::seconds lifetime
    ) const;

    /// The claims of a token that we signed and that is in its time (60 s leeway between nodes),
    /// else nothing. The header must be ours byte for byte: there is no algorithm to choose.
    [[nodiscard]] std::optional<AccessClaims> verify_access(std::string_view token) const;

    /// "<session id>.<256 random bits>"
    [[nodiscard]] static std::string first_refresh(std::string_view session_id);
    /// The one token that follows `refresh`. Derived, so that a repeated request can be answered
    /// with the same successor although only hashes are stored.
    [[nodiscard]] std::string next_refresh(std::string_view refresh) const;
    /// The session a refresh token names, or "" where it has not our form.
    [[nodiscard]] static std::string session_of(std::string_view refresh);

  private:
    std::string access_key_;
    std::string refresh_key_;
    std::string header_;  ///< The encoded JOSE header of every token of ours, with its dot.
};

}  // namespace reelshare::accounts
