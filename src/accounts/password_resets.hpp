#pragma once
// A forgotten password: a link by mail, good once and for half an hour, sets a new one. The link
// logs nobody in, and using it ends every session.

#include "accounts/accounts.hpp"
#include "accounts/passwords.hpp"
#include "base/task.hpp"
#include "db/database.hpp"
#include "outbound/mailer.hpp"

#include <chrono>
#include <string>

namespace reelshare::accounts {

class PasswordResets {
  public:
    static constexpr std::chrono::minutes kLifetime{30};
    static constexpr int kMailsPerHour = 3;  ///< To one account; more are asked for in vain.

    /// `public_url`: what links begin with. Never what a request says of its host: whoever asks for
    /// somebody else's link would choose where it leads. Empty: links are paths.
    PasswordResets(
        db::Database& database,
        Passwords& passwords,
        Accounts& accounts,
        outbound::Mailer& mailer,
        std::string public_url
    );

    /// Mails a link, where the address is that of a user who may log in. Tells nobody whether it
    /// is: run behind the answer, so that the time tells nothing either.
    Task<void> request(std::string email);

    /// `invalid` with the field at fault: a link that is used, expired or none of ours, or a
    /// password that nobody should have.
    Task<Result<void>> reset(std::string token, std::string new_password);

  private:
    Task<Result<bool>> remember(std::string token, std::string user_id);
    Task<Result<bool>> replace(std::string token_hash, std::string user_id, std::string hash);

    db::Database& database_;
    Passwords& passwords_;
    Accounts& accounts_;
    outbound::Mailer& mailer_;
    std::string public_url_;
};

}  // namespace reelshare::accounts
