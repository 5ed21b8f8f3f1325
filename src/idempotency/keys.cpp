#include "idempotency/keys.hpp"

#include <utility>

namespace reelshare::idempotency {

namespace {

constexpr std::int64_t kLifeMs = std::chrono::milliseconds(Keys::kLife).count();
constexpr std::int64_t kLockMs = std::chrono::milliseconds(Keys::kLock).count();
/// Nobody is told that a key is safe; and what the request itself writes is synced after it.
constexpr auto kDurability = db::Durability::relaxed;

Result<void> outcome(const Result<db::Rows>& rows) {
    if (!rows) return std::unexpected(rows.error());
    return {};
}

}  // namespace

Task<Result<Standing>> Keys::claim(Name name, std::string fingerprint, std::string owner) {
    auto claimed = co_await database_.execute(
        "INSERT INTO idempotency_keys (scope, route, key, fingerprint, owner, locked_until, "
        "created_at) VALUES ($1, $2, $3, $4, $5, now_ms() + $6, now_ms()) "
        "ON CONFLICT (scope, route, key) DO UPDATE SET fingerprint = excluded.fingerprint, owner = "
        "excluded.owner, locked_until = excluded.locked_until, created_at = excluded.created_at, "
        "status = NULL, headers = NULL, body = NULL "
        "WHERE (idempotency_keys.status IS NULL AND idempotency_keys.locked_until < now_ms()) "
        "OR idempotency_keys.created_at < now_ms() - $7 RETURNING owner",
        {name.scope, name.route, name.key, fingerprint, std::move(owner), kLockMs, kLifeMs},
        kDurability
    );
    if (!claimed) co_return std::unexpected(claimed.error());
    if (!claimed->empty()) co_return Standing{.ours = true};
    auto rows = co_await database_.query(
        "SELECT fingerprint, status, headers, body FROM idempotency_keys "
        "WHERE scope = $1 AND route = $2 AND key = $3",
        {std::move(name.scope), std::move(name.route), std::move(name.key)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    Standing standing;
    if (rows->empty()) co_return standing;  // Given back meanwhile: asked again soon.
    const db::Row& row = rows->front();
    standing.same = row.text(0) == fingerprint;
    if (!row.is_null(1))
        standing.answer = Kept{static_cast<int>(row.integer(1)), row.text(2), row.text(3)};
    co_return standing;
}

Task<Result<void>> Keys::prolong(Name name, std::string owner) {
    const auto rows = co_await database_.execute(
        "UPDATE idempotency_keys SET locked_until = now_ms() + $5 WHERE scope = $1 AND route = $2 "
        "AND key = $3 AND owner = $4 AND status IS NULL",
        {std::move(name.scope), std::move(name.route), std::move(name.key), std::move(owner),
         kLockMs},
        kDurability
    );
    co_return outcome(rows);
}

Task<Result<void>> Keys::keep(Name name, std::string owner, Kept answer) {
    const auto rows = co_await database_.execute(
        "UPDATE idempotency_keys SET status = $5, headers = $6, body = $7 WHERE scope = $1 AND "
        "route = $2 AND key = $3 AND owner = $4 AND status IS NULL",
        {std::move(name.scope), std::move(name.route), std::move(name.key), std::move(owner),
         std::int64_t{answer.status}, std::move(answer.headers), std::move(answer.body)},
        kDurability
    );
    co_return outcome(rows);
}

Task<Result<void>> Keys::release(Name name, std::string owner) {
    const auto rows = co_await database_.execute(
        "DELETE FROM idempotency_keys WHERE scope = $1 AND route = $2 AND key = $3 AND owner = $4 "
        "AND status IS NULL",
        {std::move(name.scope), std::move(name.route), std::move(name.key), std::move(owner)},
        kDurability
    );
    co_return outcome(rows);
}

Task<Result<void>> Keys::forget_old() {
    const auto rows = co_await database_.execute(
        "DELETE FROM idempotency_keys WHERE created_at < now_ms() - $1", {kLifeMs}, kDurability
    );
    co_return outcome(rows);
}

}  // namespace reelshare::idempotency
