#pragma once
// Who you are: users, passwords, sessions (refresh-token families) and the bearer check.

#include "accounts/device_cookie.hpp"
#include "accounts/passwords.hpp"
#include "accounts/roles.hpp"
#include "accounts/session_cache.hpp"
#include "accounts/throttle.hpp"
#include "accounts/tokens.hpp"
#include "accounts/verified_tokens.hpp"
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
#include <vector>

namespace reelshare::accounts {

/// The one who asks, as the access token and the session say.
struct Viewer {
    std::string user_id;
    std::string session_id;
    Role role = Role::user;  ///< As the database says now, not as it was when the token was made.

    [[nodiscard]] bool is_at_least(Role least) const { return role >= least; }
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
    std::string user_agent;  ///< Printable ASCII, shortened.
    std::string address;
    std::string known_as{};  ///< As `DeviceCookie` names it; "" where it is new to the account.
};

/// A login that has not ended, as its owner sees it.
struct Session {
    std::string id;
    Device device;
    UnixMillis created_at = 0;
    UnixMillis last_seen_at = 0;  ///< When it last got a token.
    bool current = false;         ///< The one that asks.
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
    /// `secrets`: as `Tokens` wants them, the current one first. Ended sessions are told to other
    /// nodes over `bus`.
    Accounts(
        db::Database& database,
        Passwords& passwords,
        cache::Bus& bus,
        const std::vector<std::string>& secrets,
        AccountsOptions options
    );

    Task<Result<User>> register_user(Registration registration);
    /// Unknown e-mail and wrong password cost the same work and give the same answer.
    Task<Result<Grant>> login(std::string email, std::string password, Device device);
    Task<Result<Grant>> refresh(std::string refresh_token, Device device);
    Task<Result<void>> logout(std::string refresh_token);
    /// Those of the viewer, the last used first.
    Task<Result<std::vector<Session>>> list_sessions(Viewer viewer);
    /// One of the viewer's own: `not_found` for any other.
    Task<Result<void>> end_session(Viewer viewer, std::string session_id);
    /// Ends all other sessions of the user.
    Task<Result<void>> change_password(
        Viewer viewer, std::string old_password, std::string new_password
    );

    /// For what is too grave for a token alone: `invalid` with the field `field` at fault where
    /// this is not the viewer's password. Slowed down as logging in is.
    Task<Result<void>> confirm_password(Viewer viewer, std::string password, std::string field);
    /// After a transaction that ended all sessions of a user, or changed their role: every node is
    /// told.
    void sessions_ended(const std::string& user_id);
    /// After the owner has shown by mail to be one: what others tried on the account is forgotten.
    void forget_guesses(const std::string& email);

    /// The bearer of this request; `unauthenticated` where absent or no longer good.
    Task<Result<Viewer>> require(const http::Request& request);
    /// The same, `forbidden` for roles below `least`.
    Task<Result<Viewer>> require_role(const http::Request& request, Role least);
    /// The same where a token is optional: none is no error, a bad one is.
    Task<Result<std::optional<Viewer>>> identify(const http::Request& request);

    /// The user whom the bearer token names by a good signature, or "": whom to count a request
    /// for. The session may have ended; `require` says who may do something.
    [[nodiscard]] std::string claimed_user(const http::Request& request);

    [[nodiscard]] const AccountsOptions& options() const { return options_; }
    [[nodiscard]] const DeviceCookie& devices() const { return devices_; }

  private:
    Task<Result<Grant>> check_login(std::string email, std::string password, Device device);
    /// Who has just shown their password.
    struct SignedIn {
        std::string id;
        std::string email;
        std::int64_t password_version = 0;
    };
    /// To today's cost, where it was made at another; best effort.
    Task<void> upgrade_hash(std::string user_id, std::string stored, std::string password);
    Task<Result<Grant>> open_session(SignedIn user, Device device);
    /// A used refresh token came back: somebody has stolen it, or the session.
    Task<Result<void>> end_family(std::string session_id, std::string address);
    /// The role of the session's user; nothing where the session has ended.
    Task<Result<std::optional<Role>>> role_of_session(AccessClaims claims);

    db::Database& database_;
    Passwords& passwords_;
    Tokens tokens_;
    VerifiedTokens verified_;
    DeviceCookie devices_;
    SessionCache sessions_;
    LoginThrottle throttle_;
    AccountsOptions options_;
};

}  // namespace reelshare::accounts
