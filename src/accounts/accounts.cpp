#include "accounts/accounts.hpp"

#include "accounts/password_rules.hpp"
#include "base/id.hpp"
#include "base/log.hpp"

#include <utility>

namespace reelshare::accounts {

namespace {

std::unexpected<Error> wrong_credentials() {
    return fail(Errc::unauthenticated, "Invalid email or password!");
}

std::unexpected<Error> too_many(std::chrono::seconds wait) {
    return std::unexpected(Error{
        .code = Errc::too_many,
        .message = "Too many requests. Please try again after a while.",
        .retry_after_s = static_cast<int>(wait.count())
    });
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
    db::Database& database,
    Passwords& passwords,
    cache::Bus& bus,
    const std::vector<std::string>& secrets,
    AccountsOptions options
)
    : database_(database),
      passwords_(passwords),
      tokens_(secrets),
      verified_(tokens_),
      devices_(secrets.back()),
      sessions_(bus),
      options_(options) {}

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
    const LoginThrottle::Attempt attempt{email, device.address, device.known_as};
    if (options_.throttle) {
        const auto wait = throttle_.admit(attempt);
        if (wait.count() > 0) co_return too_many(wait);
    }
    auto grant = co_await check_login(std::move(email), std::move(password), std::move(device));
    if (grant)
        throttle_.succeeded(attempt);
    else if (grant.error().code != Errc::unauthenticated)
        throttle_.forgive(attempt);
    co_return grant;
}

Task<Result<Grant>> Accounts::check_login(std::string email, std::string password, Device device) {
    auto found = co_await database_.query(
        "SELECT id, password_hash, suspended_at, password_version FROM users WHERE email = $1",
        {email}
    );
    if (!found) co_return std::unexpected(found.error());
    Result<bool> good = false;
    if (found->empty()) {
        good = co_await passwords_.verify_nobody(password);
    } else {
        good = co_await passwords_.verify(found->front().text(1), password);
    }
    if (!good) co_return std::unexpected(good.error());
    if (!*good) co_return wrong_credentials();
    if (!found->front().is_null(2)) {
        co_return std::unexpected(Error{
            .code = Errc::forbidden, .message = "This account is suspended.", .word = "suspended"
        });
    }
    SignedIn user{found->front().text(0), std::move(email), found->front().integer(3)};
    co_await upgrade_hash(user.id, found->front().text(1), std::move(password));
    auto grant = co_await open_session(std::move(user), std::move(device));
    co_return grant;
}

Task<void> Accounts::upgrade_hash(std::string user_id, std::string stored, std::string password) {
    if (!passwords_.outdated(stored)) co_return;
    auto stronger = co_await passwords_.hash(std::move(password));
    if (!stronger) co_return;  // The hashing is busy: at another login.
    auto updated = co_await database_.execute(
        "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3",
        {*stronger, user_id, stored}
    );
    if (!updated) log::warn("password_upgrade_failed", {{"error", updated.error().detail}});
}

Task<Result<void>> Accounts::confirm_password(
    Viewer viewer, std::string password, std::string field
) {
    // Who found an open browser must not learn the password by trying.
    const LoginThrottle::Attempt attempt{viewer.user_id, {}, viewer.session_id};
    if (options_.throttle) {
        const auto wait = throttle_.admit(attempt);
        if (wait.count() > 0) co_return too_many(wait);
    }
    auto found =
        co_await database_.query("SELECT password_hash FROM users WHERE id = $1", {viewer.user_id});
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return fail(Errc::unauthenticated, "Invalid token!");
    auto good = co_await passwords_.verify(found->front().text(0), std::move(password));
    if (!good) throttle_.forgive(attempt);
    if (!good) co_return std::unexpected(good.error());
    if (*good) throttle_.succeeded(attempt);
    if (*good) co_return Result<void>();
    co_return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "Password is incorrect!",
        .fields = {{std::move(field), "Password is incorrect!"}},
        .word = "wrong_password"
    });
}

Task<Result<void>> Accounts::change_password(
    Viewer viewer, std::string old_password, std::string new_password
) {
    auto found = co_await database_.query(
        "SELECT password_version, name, email FROM users WHERE id = $1", {viewer.user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return fail(Errc::unauthenticated, "Invalid token!");
    const db::Row& user = found->front();
    if (const auto fault = password_fault(new_password, {user.text(1), user.text(2)}))
        co_return fail_field("newPassword", *fault);
    auto confirmed = co_await confirm_password(viewer, std::move(old_password), "oldPassword");
    if (!confirmed) co_return confirmed;
    auto hashed = co_await passwords_.hash(std::move(new_password));
    if (!hashed) co_return std::unexpected(hashed.error());
    auto changed =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto updated = co_await tx.query(
                "UPDATE users SET password_hash = $1, password_version = password_version + 1, "
                "updated_at = $2 WHERE id = $3 AND password_version = $4",
                {*hashed, now_ms(), viewer.user_id, user.integer(0)}
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

void Accounts::sessions_ended(const std::string& user_id) {
    sessions_.drop_user(user_id);
}

void Accounts::forget_guesses(const std::string& email) {
    throttle_.forget_account(email);
}

}  // namespace reelshare::accounts
