#include "accounts/accounts.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"

#include <utility>

namespace reelshare::accounts {

namespace {

std::unexpected<Error> wrong_credentials() {
    return fail(Errc::unauthenticated, "Invalid email or password!");
}

std::unexpected<Error> invalid_refresh() {
    return fail(Errc::forbidden, "Invalid refresh token");
}

User user_of(const db::Row& row) {
    return {
        .id = row.text(0),
        .name = row.text(1),
        .email = row.text(2),
        .contact = row.is_null(3) ? std::nullopt : std::optional(row.text(3)),
        .created_at = row.integer(4),
        .updated_at = row.integer(5)
    };
}

}  // namespace

Accounts::Accounts(
    db::Database& database, Passwords& passwords, std::string secret, AccountsOptions options
)
    : database_(database), passwords_(passwords), tokens_(secret), options_(options) {}

Task<Result<User>> Accounts::register_user(Registration registration) {
    auto hashed = co_await passwords_.hash(registration.password);
    if (!hashed) co_return std::unexpected(hashed.error());
    db::Params params{new_id(), registration.name, registration.email};
    params.push_back(
        registration.contact ? db::Value(*registration.contact) : db::Value(std::monostate())
    );
    params.push_back(*hashed);
    params.push_back(now_ms());
    auto inserted = co_await database_.execute(
        "INSERT INTO users (id, name, email, contact, password_hash, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (email) DO NOTHING "
        "RETURNING id, name, email, contact, created_at, updated_at",
        std::move(params)
    );
    if (!inserted) co_return std::unexpected(inserted.error());
    if (inserted->empty()) {
        co_return std::unexpected(Error{
            .code = Errc::invalid,
            .message = "Email already in use!",
            .fields = {{"email", "Email already in use!"}},
            .word = "email_taken"
        });
    }
    co_return user_of(inserted->front());
}

Task<Result<Grant>> Accounts::login(std::string email, std::string password, Device device) {
    if (options_.throttle) {
        const auto wait = throttle_.wait(email, device.address);
        if (wait.count() > 0) {
            co_return std::unexpected(Error{
                .code = Errc::too_many,
                .message = "Too many requests. Please try again after a while.",
                .retry_after_s = static_cast<int>(wait.count())
            });
        }
    }
    auto found =
        co_await database_.query("SELECT id, password_hash FROM users WHERE email = $1", {email});
    if (!found) co_return std::unexpected(found.error());
    Result<bool> good = false;
    if (found->empty()) {
        good = co_await passwords_.verify_nobody(password);
    } else {
        good = co_await passwords_.verify(found->front().text(1), password);
    }
    if (!good) co_return std::unexpected(good.error());
    if (!*good) {
        throttle_.failed(email, device.address);
        co_return wrong_credentials();
    }
    throttle_.succeeded(email, device.address);
    const std::string user_id = found->front().text(0);
    if (passwords_.outdated(found->front().text(1))) {
        auto stronger = co_await passwords_.hash(password);
        if (stronger) {
            auto stored = co_await database_.execute(
                "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3",
                {*stronger, user_id, found->front().text(1)}
            );
            if (!stored) log::warn("password_upgrade_failed", {{"error", stored.error().detail}});
        }
    }
    auto grant = co_await open_session(user_id, std::move(email), std::move(device));
    co_return grant;
}

Task<Result<Grant>> Accounts::open_session(std::string user_id, std::string email, Device device) {
    const std::string session_id = new_id();
    Grant grant{.access_token = {}, .refresh_token = Tokens::first_refresh(session_id)};
    const UnixMillis now = now_ms();
    auto stored = co_await database_.execute(
        "INSERT INTO sessions (id, user_id, refresh_hash, device, address, created_at, "
        "last_seen_at, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        {session_id, user_id, sha256_hex(grant.refresh_token), device.user_agent.substr(0, 200),
         device.address, now, now + options_.refresh_lifetime.count() * 1000}
    );
    if (!stored) co_return std::unexpected(stored.error());
    grant.access_token = tokens_.issue_access(
        {std::move(user_id), std::move(email), session_id}, options_.access_lifetime
    );
    co_return grant;
}

Task<Result<Grant>> Accounts::refresh(std::string refresh_token, Device device) {
    const std::string session_id = Tokens::session_of(refresh_token);
    if (session_id.empty()) co_return invalid_refresh();
    const std::string presented = sha256_hex(refresh_token);
    const std::string successor = tokens_.next_refresh(refresh_token);
    const UnixMillis now = now_ms();
    // One statement decides: of parallel requests with the same token exactly one rotates.
    auto rotated = co_await database_.execute(
        "UPDATE sessions SET previous_hash = refresh_hash, refresh_hash = $3, previous_used_at = "
        "$4, "
        "last_seen_at = $4, expires_at = $5, address = $6 "
        "WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL AND expires_at > $4",
        {session_id, presented, sha256_hex(successor), now,
         now + options_.refresh_lifetime.count() * 1000, device.address}
    );
    if (!rotated) co_return std::unexpected(rotated.error());
    auto found = co_await database_.query(
        "SELECT s.previous_hash, s.previous_used_at, s.revoked_at, s.refresh_hash, u.id, u.email "
        "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
        {session_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty() || !found->front().is_null(2)) co_return invalid_refresh();
    const db::Row& session = found->front();
    const bool benign = session.text(0) == presented && session.text(3) == sha256_hex(successor) &&
                        now - session.integer(1) <= options_.refresh_grace.count() * 1000;
    if (rotated->affected == 0 && !benign) {
        auto revoked = co_await database_.execute(
            "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            {session_id, now}
        );
        if (!revoked) co_return std::unexpected(revoked.error());
        sessions_.drop(session_id);
        log::warn("refresh_token_reused", {{"session", session_id}, {"client", device.address}});
        co_return invalid_refresh();
    }
    co_return Grant{
        .access_token = tokens_.issue_access(
            {session.text(4), session.text(5), session_id}, options_.access_lifetime
        ),
        .refresh_token = successor
    };
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

Task<Result<void>> Accounts::change_password(
    Viewer viewer, std::string old_password, std::string new_password
) {
    auto found =
        co_await database_.query("SELECT password_hash FROM users WHERE id = $1", {viewer.user_id});
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return fail(Errc::unauthenticated, "Invalid token!");
    const std::string stored = found->front().text(0);
    auto good = co_await passwords_.verify(stored, std::move(old_password));
    if (!good) co_return std::unexpected(good.error());
    if (!*good) {
        co_return std::unexpected(Error{
            .code = Errc::invalid,
            .message = "Password is incorrect!",
            .fields = {{"oldPassword", "Password is incorrect!"}},
            .word = "wrong_password"
        });
    }
    auto hashed = co_await passwords_.hash(std::move(new_password));
    if (!hashed) co_return std::unexpected(hashed.error());
    const std::string replacement = *hashed;
    auto changed =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto updated = co_await tx.query(
                "UPDATE users SET password_hash = $1, password_version = password_version + 1, "
                "updated_at = $2 WHERE id = $3 AND password_hash = $4",
                {replacement, now_ms(), viewer.user_id, stored}
            );
            if (!updated) co_return std::unexpected(updated.error());
            if (updated->affected == 0) co_return false;
            auto ended = co_await tx.query(
                "UPDATE sessions SET revoked_at = $1 "
                "WHERE user_id = $2 AND id <> $3 AND revoked_at IS NULL",
                {now_ms(), viewer.user_id, viewer.session_id}
            );
            if (!ended) co_return std::unexpected(ended.error());
            co_return true;
        });
    if (!changed) co_return std::unexpected(changed.error());
    if (!*changed) co_return fail(Errc::conflict, "The password was changed meanwhile.");
    sessions_.drop_user(viewer.user_id, viewer.session_id);
    co_return Result<void>();
}

Task<Result<std::optional<Viewer>>> Accounts::identify(const http::Request& request) {
    const std::string_view header = request.header("authorization");
    if (header.empty()) co_return std::optional<Viewer>();
    // The original's client sends the bare token; ours sends "Bearer <token>".
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view token = header.starts_with(kScheme) || header.starts_with("bearer ")
                                       ? header.substr(kScheme.size())
                                       : header;
    const auto claims = tokens_.verify_access(token);
    if (!claims) co_return fail(Errc::unauthenticated, "Invalid token!");
    auto good = co_await session_is_good(*claims);
    if (!good) co_return std::unexpected(good.error());
    if (!*good) co_return fail(Errc::unauthenticated, "Invalid token!");
    co_return Viewer{claims->user_id, claims->session_id};
}

Task<Result<Viewer>> Accounts::require(const http::Request& request) {
    auto viewer = co_await identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    if (!*viewer) co_return fail(Errc::unauthenticated, "You are not authorized!");
    co_return **viewer;
}

Task<Result<bool>> Accounts::session_is_good(const AccessClaims& claims) {
    if (sessions_.is_good(claims.session_id)) co_return true;
    const std::uint64_t generation = sessions_.generation(claims.session_id);
    auto found = co_await database_.query(
        "SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        {claims.session_id, claims.user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return false;
    sessions_.keep(claims.session_id, claims.user_id, generation);
    co_return true;
}

Task<Result<User>> Accounts::find_user(std::string user_id) {
    auto found = co_await database_.query(
        "SELECT id, name, email, contact, created_at, updated_at FROM users WHERE id = $1",
        {user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return fail(Errc::not_found, "User not found!");
    co_return user_of(found->front());
}

}  // namespace reelshare::accounts
