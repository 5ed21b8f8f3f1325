#include "accounts/administration.hpp"

#include "base/clock.hpp"

#include <utility>

namespace reelshare::accounts {

namespace {

std::unexpected<Error> no_user() {
    return fail(Errc::not_found, "User not found!");
}

}  // namespace

Task<Result<void>> set_suspended(db::Transaction& tx, std::string user_id, bool suspended) {
    const db::Value since = suspended ? db::Value(now_ms()) : db::Value();
    auto updated =
        co_await tx.query("UPDATE users SET suspended_at = $2 WHERE id = $1", {user_id, since});
    if (!updated) co_return std::unexpected(updated.error());
    if (updated->affected == 0) co_return no_user();
    if (!suspended) co_return Result<void>();
    auto ended = co_await tx.query(
        "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
        {std::move(user_id), now_ms()}
    );
    if (!ended) co_return std::unexpected(ended.error());
    co_return Result<void>();
}

Task<Result<void>> set_role(db::Transaction& tx, std::string user_id, Role role) {
    auto changed = co_await tx.query(
        "UPDATE users SET role = $2 WHERE id = $1",
        {std::move(user_id), std::string(role_name(role))}
    );
    if (!changed) co_return std::unexpected(changed.error());
    if (changed->affected == 0) co_return no_user();
    co_return Result<void>();
}

Task<Result<Role>> role_of(db::Transaction& tx, std::string user_id) {
    auto rows = co_await tx.query("SELECT role FROM users WHERE id = $1", {std::move(user_id)});
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return no_user();
    co_return parse_role(rows->front().text(0)).value_or(Role::user);
}

}  // namespace reelshare::accounts
