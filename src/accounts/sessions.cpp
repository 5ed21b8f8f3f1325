// Sessions: a family of refresh tokens each, of which one is good at a time.

#include "accounts/accounts.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"

#include <utility>

namespace reelshare::accounts {

namespace {

std::unexpected<Error> invalid_refresh() {
    return fail(Errc::forbidden, "Invalid refresh token");
}

}  // namespace

// Only while the account is as it was when the password was checked: a password that was changed
// or a suspension in between leaves no session behind.
Task<Result<Grant>> Accounts::open_session(SignedIn user, Device device) {
    const std::string session_id = new_id();
    Grant grant{.access_token = {}, .refresh_token = Tokens::first_refresh(session_id)};
    // Times of sessions are the database's: the next request of this one may come to a node whose
    // clock differs.
    auto stored = co_await database_.execute(
        "INSERT INTO sessions (id, user_id, refresh_hash, device, address, created_at, "
        "last_seen_at, expires_at) "
        "SELECT CAST($1 AS TEXT), id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), "
        "now_ms(), now_ms(), now_ms() + $5 FROM users "
        "WHERE id = $6 AND password_version = $7 AND suspended_at IS NULL",
        {session_id, sha256_hex(grant.refresh_token), device.user_agent, device.address,
         std::int64_t{options_.refresh_lifetime.count()} * 1000, user.id, user.password_version}
    );
    if (!stored) co_return std::unexpected(stored.error());
    if (stored->affected == 0) co_return fail(Errc::unauthenticated, "Invalid email or password!");
    grant.access_token = tokens_.issue_access(
        {std::move(user.id), std::move(user.email), session_id}, options_.access_lifetime
    );
    co_return grant;
}

Task<Result<Grant>> Accounts::refresh(std::string refresh_token, Device device) {
    const std::string session_id = Tokens::session_of(refresh_token);
    if (session_id.empty()) co_return invalid_refresh();
    const std::string presented = sha256_hex(refresh_token);
    std::string successor = tokens_.next_refresh(refresh_token);
    // One statement decides: of parallel requests with the same token exactly one rotates.
    auto rotated = co_await database_.execute(
        "UPDATE sessions SET previous_hash = refresh_hash, refresh_hash = $3, "
        "previous_used_at = now_ms(), last_seen_at = now_ms(), expires_at = now_ms() + $4, "
        "address = $5 WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL AND "
        "expires_at > now_ms()",
        {session_id, presented, sha256_hex(successor),
         std::int64_t{options_.refresh_lifetime.count()} * 1000, device.address}
    );
    if (!rotated) co_return std::unexpected(rotated.error());
    auto found = co_await database_.query(
        "SELECT s.previous_hash, now_ms() - s.previous_used_at, s.revoked_at, s.refresh_hash, "
        "u.id, u.email "
        "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
        {session_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty() || !found->front().is_null(2)) co_return invalid_refresh();
    const db::Row& session = found->front();
    if (rotated->affected == 0) {
        // Two tabs, or a lost answer: the same successor once more, while that is unused.
        const auto known = tokens_.successor_with_hash(refresh_token, session.text(3));
        const bool benign = known && session.text(0) == presented &&
                            session.integer(1) <= options_.refresh_grace.count() * 1000;
        if (!benign) {
            auto ended = co_await end_family(session_id, device.address);
            if (!ended) co_return std::unexpected(ended.error());
            co_return invalid_refresh();
        }
        successor = *known;
    }
    co_return Grant{
        .access_token = tokens_.issue_access(
            {session.text(4), session.text(5), session_id}, options_.access_lifetime
        ),
        .refresh_token = successor
    };
}

Task<Result<void>> Accounts::end_family(std::string session_id, std::string address) {
    auto revoked = co_await database_.execute(
        "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        {session_id, now_ms()}
    );
    if (!revoked) co_return std::unexpected(revoked.error());
    sessions_.drop(session_id);
    log::warn("refresh_token_reused", {{"session", session_id}, {"client", address}});
    co_return Result<void>();
}

Task<Result<void>> Accounts::logout(std::string refresh_token) {
    const std::string session_id = Tokens::session_of(refresh_token);
    if (session_id.empty()) co_return Result<void>();
    const std::string presented = sha256_hex(refresh_token);
    auto revoked = co_await database_.execute(
        "UPDATE sessions SET revoked_at = $2 "
        "WHERE id = $1 AND revoked_at IS NULL AND (refresh_hash = $3 OR previous_hash = $3)",
        {session_id, now_ms(), presented}
    );
    if (!revoked) co_return std::unexpected(revoked.error());
    sessions_.drop(session_id);
    co_return Result<void>();
}

Task<Result<std::vector<Session>>> Accounts::list_sessions(Viewer viewer) {
    auto found = co_await database_.query(
        "SELECT id, device, address, created_at, last_seen_at FROM sessions "
        "WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now_ms() "
        "ORDER BY last_seen_at DESC, id DESC LIMIT 100",
        {viewer.user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    std::vector<Session> sessions;
    for (const db::Row& row : *found) {
        sessions.push_back(
            {.id = row.text(0),
             .device = {row.text(1), row.text(2)},
             .created_at = row.integer(3),
             .last_seen_at = row.integer(4),
             .current = row.text(0) == viewer.session_id}
        );
    }
    co_return sessions;
}

Task<Result<void>> Accounts::end_session(Viewer viewer, std::string session_id) {
    if (!is_id(session_id)) co_return fail(Errc::not_found, "Session not found!");
    auto revoked = co_await database_.execute(
        "UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        {session_id, viewer.user_id, now_ms()}
    );
    if (!revoked) co_return std::unexpected(revoked.error());
    if (revoked->affected == 0) co_return fail(Errc::not_found, "Session not found!");
    sessions_.drop(session_id);
    co_return Result<void>();
}

}  // namespace reelshare::accounts
