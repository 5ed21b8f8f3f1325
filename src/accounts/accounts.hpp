#pragma once
// Who you are: users, passwords, sessions (refresh-token families) and the bearer check.

#include "accounts/passwords.hpp"
#include "accounts/session_cache.hpp"
#include "accounts/throttle.hpp"
#include "accounts/tokens.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/task.hpp"
#include "db/database.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::accounts {

/// The one who asks, as the access token and the session say.
struct Viewer {
    std::string user_id;
    std::string session_id;
};

/// A user as the contract shows one to its owner.
struct User {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> contact;
    UnixMillis created_at = 0;
    UnixMillis updated_at = 0;
};

struct Registration {
    std::string name;
    std::string email;  ///< Lower case.
    std::string password;
    std::optional<std::string> contact;
};

/// Where a session comes from: shown to its owner.
struct Device {
    std::string user_agent;
    std::string address;
};

struct Grant {
    std::string access_token;
    std::string refresh_token;
};

struct AccountsOptions {
    std::chrono::seconds access_lifetime = std::chrono::minutes(15);
    std::chrono::seconds refresh_lifetime = std::chrono::days(30);
    /// A used refresh token is answered with its own successor for so long, while that is unused:
    /// two tabs or a lost answer are no theft.
    std::chrono::seconds refresh_grace = std::chrono::seconds(30);
    bool throttle = true;
};

class Accounts {
  public:
    /// `secret`: at least 32 bytes; signs access tokens and derives refresh tokens.
    Accounts(
        db::Database& database, Passwords& passwords, std::string secret, AccountsOptions options
    );

    Task<Result<User>> register_user(Registration registration);
    /// Unknown e-mail and wrong password cost the same work and give the same answer.
    Task<Result<Grant>> login(std::string email, std::string password, Device device);
    Task<Result<Grant>> refresh(std::string refresh_token, Device device);
    Task<Result<void>> logout(std::string refresh_token);
    /// Ends all other sessions of the user.
    Task<Result<void>> change_password(
        Viewer viewer, std::string old_password, std::string new_password
    );

    Task<Result<User>> find_user(std::string user_id);

    /// The bearer of this request; `unauthenticated` where absent or no longer good.
    Task<Result<Viewer>> require(const http::Request& request);
    /// The same where a token is optional: none is no error, a bad one is.
    Task<Result<std::optional<Viewer>>> identify(const http::Request& request);

    [[nodiscard]] const AccountsOptions& options() const { return options_; }

  private:
    Task<Result<Grant>> open_session(std::string user_id, std::string email, Device device);
    Task<Result<bool>> session_is_good(const AccessClaims& claims);

    db::Database& database_;
    Passwords& passwords_;
    Tokens tokens_;
    SessionCache sessions_;
    LoginThrottle throttle_;
    AccountsOptions options_;
};

}  // namespace reelshare::accounts
