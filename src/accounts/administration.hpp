#pragma once
// What moderators and admins do to accounts: parts of the transaction of the deed. In force with
// the user's next request once `Accounts::sessions_ended` was called behind it.

#include "accounts/roles.hpp"
#include "db/database.hpp"

#include <string>

namespace reelshare::accounts {

/// Suspended: all sessions end at once, and no new one begins until it is taken back. `not_found`.
Task<Result<void>> set_suspended(db::Transaction& tx, std::string user_id, bool suspended);
/// `not_found`.
Task<Result<void>> set_role(db::Transaction& tx, std::string user_id, Role role);
/// `not_found`.
Task<Result<Role>> role_of(db::Transaction& tx, std::string user_id);

}  // namespace reelshare::accounts
