// What moderators and admins do to accounts.

#include "accounts/accounts.hpp"

#include <utility>

namespace reelshare::accounts {

Task<Result<void>> Accounts::set_suspended(std::string user_id, bool suspended) {
    auto changed =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            const db::Value since = suspended ? db::Value(now_ms()) : db::Value();
            auto updated = co_await tx.query(
                "UPDATE users SET suspended_at = $2 WHERE id = $1", {user_id, since}
            );
            if (!updated) co_return std::unexpected(updated.error());
            if (updated->affected == 0) co_return fail(Errc::not_found, "User not found!");
            if (!suspended) co_return true;
            auto ended = co_await tx.query(
                "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
                {user_id, now_ms()}
            );
            if (!ended) co_return std::unexpected(ended.error());
            co_return true;
        });
    if (!changed) co_return std::unexpected(changed.error());
    sessions_.drop_user(user_id);
    co_return Result<void>();
}

Task<Result<void>> Accounts::set_role(std::string user_id, Role role) {
    auto changed = co_await database_.execute(
        "UPDATE users SET role = $2 WHERE id = $1", {user_id, std::string(role_name(role))}
    );
    if (!changed) co_return std::unexpected(changed.error());
    if (changed->affected == 0) co_return fail(Errc::not_found, "User not found!");
    sessions_.drop_user(user_id);
    co_return Result<void>();
}

}  // namespace reelshare::accounts
