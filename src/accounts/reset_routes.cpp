#include "accounts/reset_routes.hpp"

#include "accounts/fields.hpp"
#include "accounts/password_rules.hpp"

#include <boost/asio/this_coro.hpp>

namespace reelshare::accounts {

namespace {

constexpr std::size_t kMaxToken = 100;

/// The same answer in the same time for everybody: whether there is such a user is looked up behind
/// it.
Task<Result<http::Response>> forgot_password(PasswordResets& resets, http::Request& request) {
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string email = read_email(read);
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    const auto executor = co_await asio::this_coro::executor;
    spawn(executor, "password_reset", [&resets, email = std::move(email)] {
        return resets.request(email);
    });
    co_return http::success(
        200, "If there is such an account, a link to set a new password is on its way.", nullptr
    );
}

Task<Result<http::Response>> reset_password(PasswordResets& resets, http::Request& request) {
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string token = read.text("token", {.min = 1, .max = kMaxToken, .what = "Token"});
    std::string password = read.text(
        "newPassword",
        {.min = kMinPassword, .max = kMaxPassword, .what = "New password", .trim = false}
    );
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto done = co_await resets.reset(std::move(token), std::move(password));
    if (!done) co_return std::unexpected(done.error());
    co_return http::success(200, "Password changed successfully!", nullptr);
}

}  // namespace

void add_reset_routes(http::Router& router, PasswordResets& resets) {
    using http::Method;
    using http::Request;
    router.add(Method::post, "/api/v1/auth/forgot-password", http::handler([&resets](Request& r) {
                   return forgot_password(resets, r);
               }));
    router.add(Method::post, "/api/v1/auth/reset-password", http::handler([&resets](Request& r) {
                   return reset_password(resets, r);
               }));
}

}  // namespace reelshare::accounts
