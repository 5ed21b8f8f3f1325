#include "accounts/password_resets.hpp"

#include "accounts/password_rules.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <utility>

namespace reelshare::accounts {

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr UnixMillis kHour = 3'600'000;

std::unexpected<Error> no_good_link() {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "This link is no longer good. Please ask for a new one.",
        .fields = {{"token", "This link is no longer good. Please ask for a new one."}},
        .word = "invalid_reset_token"
    });
}

std::string mail_text(const std::string& link) {
    return fmt::format(
        "Hello,\n\n"
        "somebody, probably you, asked to set a new password for your ReelShare account.\n"
        "Open this link to do so. It works once, and for {} minutes:\n\n"
        "{}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
        PasswordResets::kLifetime.count(), link
    );
}

}  // namespace

PasswordResets::PasswordResets(
    db::Database& database,
    Passwords& passwords,
    Accounts& accounts,
    outbound::Mailer& mailer,
    std::string public_url
)
    : database_(database),
      passwords_(passwords),
      accounts_(accounts),
      mailer_(mailer),
      public_url_(std::move(public_url)) {
    while (public_url_.ends_with('/')) public_url_.pop_back();
}

Task<void> PasswordResets::request(std::string email) {
    auto found = co_await database_.query(
        "SELECT id FROM users WHERE email = $1 AND suspended_at IS NULL", {email}
    );
    if (!found) log::warn("password_reset_failed", {{"error", found.error().detail}});
    if (!found || found->empty()) co_return;
    const std::string token = random_token(kTokenBytes);
    auto remembered = co_await remember(token, found->front().text(0));
    if (!remembered) log::warn("password_reset_failed", {{"error", remembered.error().detail}});
    if (!remembered || !*remembered) co_return;
    // Behind the hash: a fragment reaches no server's log and no Referer.
    mailer_.send(
        {.to = std::move(email),
         .subject = "Set a new password for ReelShare",
         .text = mail_text(public_url_ + "/reset-password#" + token)}
    );
}

Task<Result<bool>> PasswordResets::remember(std::string token, std::string user_id) {
    const UnixMillis now = now_ms();
    auto forgotten = co_await database_.execute(
        "DELETE FROM password_resets WHERE created_at < $1", {now - kHour}
    );
    if (!forgotten) co_return std::unexpected(forgotten.error());
    const UnixMillis expires = now + std::chrono::milliseconds(kLifetime).count();
    auto stored = co_await database_.execute(
        "INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) "
        "SELECT CAST($1 AS TEXT), id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM users "
        "WHERE id = $4 AND (SELECT COUNT(*) FROM password_resets WHERE user_id = $4) < $5",
        {sha256_hex(token), now, expires, user_id, std::int64_t{kMailsPerHour}}
    );
    if (!stored) co_return std::unexpected(stored.error());
    co_return stored->affected > 0;
}

Task<Result<void>> PasswordResets::reset(std::string token, std::string new_password) {
    const std::string token_hash = sha256_hex(token);
    auto found = co_await database_.query(
        "SELECT u.id, u.name, u.email FROM password_resets r JOIN users u ON u.id = r.user_id "
        "WHERE r.token_hash = $1 AND r.expires_at > $2",
        {token_hash, now_ms()}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return no_good_link();
    const db::Row& user = found->front();
    if (const auto fault = password_fault(new_password, {user.text(1), user.text(2)}))
        co_return fail_field("newPassword", *fault);
    auto hashed = co_await passwords_.hash(std::move(new_password));
    if (!hashed) co_return std::unexpected(hashed.error());
    auto replaced = co_await replace(token_hash, user.text(0), *hashed);
    if (!replaced) co_return std::unexpected(replaced.error());
    if (!*replaced) co_return no_good_link();
    accounts_.sessions_ended(user.text(0));
    accounts_.forget_guesses(user.text(2));
    co_return Result<void>();
}

Task<Result<bool>> PasswordResets::replace(
    std::string token_hash, std::string user_id, std::string hash
) {
    auto done =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            // Whoever deletes the row has the link's one use.
            auto used = co_await tx.query(
                "DELETE FROM password_resets WHERE token_hash = $1 AND expires_at > $2",
                {token_hash, now_ms()}
            );
            if (!used) co_return std::unexpected(used.error());
            if (used->affected == 0) co_return false;
            auto updated = co_await tx.query(
                "UPDATE users SET password_hash = $1, password_version = password_version + 1, "
                "updated_at = $2 WHERE id = $3",
                {hash, now_ms(), user_id}
            );
            if (!updated) co_return std::unexpected(updated.error());
            auto others =
                co_await tx.query("DELETE FROM password_resets WHERE user_id = $1", {user_id});
            if (!others) co_return std::unexpected(others.error());
            auto ended = co_await tx.query(
                "UPDATE sessions SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL",
                {now_ms(), user_id}
            );
            if (!ended) co_return std::unexpected(ended.error());
            co_return true;
        });
    co_return done;
}

}  // namespace reelshare::accounts
