#include "accounts/routes.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace reelshare::accounts {

namespace {

constexpr std::string_view kCookie = "refreshToken";
constexpr std::size_t kMaxPassword = 256;  // Code points; bounds the hashing of rubbish.

Device device_of(const http::Request& request) {
    return {std::string(request.header("user-agent")), request.client_address};
}

json::object user_json(const User& user) {
    json::object object{
        {"id", user.id},
        {"name", user.name},
        {"email", user.email},
        {"contact", nullptr},
        {"createdAt", rfc3339(user.created_at)},
        {"updatedAt", rfc3339(user.updated_at)}
    };
    if (user.contact) object["contact"] = *user.contact;
    return object;
}

void set_cookie(
    http::Response& response, const http::Request& request, std::string_view token, long age
) {
    response.add(
        "Set-Cookie", fmt::format(
                          "{}={}; Path=/api/v1/auth; Max-Age={}; HttpOnly; SameSite=Lax{}", kCookie,
                          token, age, request.secure ? "; Secure" : ""
                      )
    );
}

/// One "@" with something on both sides and a dot or a single label behind it; what else an address
/// may hold is for the mail server to say.
bool looks_like_email(std::string_view email) {
    const auto at = email.find('@');
    if (at == 0 || at == std::string_view::npos || at > 64) return false;
    const std::string_view domain = email.substr(at + 1);
    if (domain.empty() || domain.find('@') != std::string_view::npos) return false;
    if (domain.find('.') == std::string_view::npos || domain.front() == '.' || domain.back() == '.')
        return false;
    if (domain.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(email, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7f && c != '<' && c != '>' && c != '"' && c != ',' &&
               c != ';';
    });
}

std::string read_email(FieldReader& read) {
    std::string email = read.text("email", {.min = 1, .max = 254, .what = "Email"});
    if (!email.empty() && !looks_like_email(email))
        read.fault("email", "Enter a valid email address.");
    std::ranges::transform(email, email.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return email;
}

/// A browser says where a request comes from. The refresh cookie works for our own pages and the
/// configured origins only; no Origin header means no browser page of another site.
bool origin_allowed(const http::Request& request, const std::vector<std::string>& origins) {
    const std::string_view origin = request.header("origin");
    if (origin.empty()) return request.header("sec-fetch-site") != "cross-site";
    const auto scheme = origin.find("://");
    if (scheme != std::string_view::npos && origin.substr(scheme + 3) == request.header("host"))
        return true;
    return std::ranges::find(origins, origin) != origins.end();
}

http::Response granted(
    const http::Request& request,
    const Accounts& accounts,
    const Grant& grant,
    std::string_view message
) {
    http::Response response =
        http::success(200, message, json::object{{"token", grant.access_token}});
    set_cookie(
        response, request, grant.refresh_token,
        static_cast<long>(accounts.options().refresh_lifetime.count())
    );
    response.set("Cache-Control", "no-store");
    return response;
}

Task<Result<http::Response>> register_user(Accounts& accounts, http::Request& request) {
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    Registration registration;
    registration.name = read.text("name", {.min = 3, .max = 40, .what = "Name"});
    registration.email = read_email(read);
    registration.password =
        read.text("password", {.min = 8, .max = kMaxPassword, .what = "Password", .trim = false});
    registration.contact = read.optional_text("contact", {.max = 40, .what = "Contact"});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto user = co_await accounts.register_user(std::move(registration));
    if (!user) co_return std::unexpected(user.error());
    co_return http::success(201, "User registered successfully!", user_json(*user));
}

Task<Result<http::Response>> login(Accounts& accounts, http::Request& request) {
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string email = read_email(read);
    std::string password =
        read.text("password", {.min = 1, .max = kMaxPassword, .what = "Password", .trim = false});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto grant = co_await accounts.login(std::move(email), std::move(password), device_of(request));
    if (!grant) co_return std::unexpected(grant.error());
    co_return granted(request, accounts, *grant, "Logged in successfully!");
}

Task<Result<http::Response>> refresh(
    Accounts& accounts, http::Request& request, const std::vector<std::string>& origins
) {
    if (!origin_allowed(request, origins))
        co_return fail(Errc::forbidden, "This origin may not use the session.");
    const auto cookie = request.cookie(kCookie);
    if (!cookie || cookie->empty())
        co_return fail_field("refreshToken", "Refresh token is required!");
    auto grant = co_await accounts.refresh(std::string(*cookie), device_of(request));
    if (!grant) co_return std::unexpected(grant.error());
    co_return granted(request, accounts, *grant, "Access token generated!");
}

Task<Result<http::Response>> logout(
    Accounts& accounts, http::Request& request, const std::vector<std::string>& origins
) {
    if (!origin_allowed(request, origins))
        co_return fail(Errc::forbidden, "This origin may not use the session.");
    const auto cookie = request.cookie(kCookie);
    if (cookie) {
        auto ended = co_await accounts.logout(std::string(*cookie));
        if (!ended) co_return std::unexpected(ended.error());
    }
    http::Response response = http::success(200, "Logged out successfully!", nullptr);
    set_cookie(response, request, "", 0);
    co_return response;
}

Task<Result<http::Response>> change_password(Accounts& accounts, http::Request& request) {
    auto viewer = co_await accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string old_password = read.text(
        "oldPassword", {.min = 1, .max = kMaxPassword, .what = "Old password", .trim = false}
    );
    std::string new_password = read.text(
        "newPassword", {.min = 8, .max = kMaxPassword, .what = "New password", .trim = false}
    );
    const bool has_letter = std::ranges::any_of(new_password, [](char c) {
        return std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
    });
    if (!new_password.empty() && !has_letter)
        read.fault("newPassword", "New password must contain a letter.");
    if (!new_password.empty() && new_password == old_password)
        read.fault("newPassword", "New password must differ from the old one.");
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto changed = co_await accounts.change_password(
        *viewer, std::move(old_password), std::move(new_password)
    );
    if (!changed) co_return std::unexpected(changed.error());
    co_return http::success(200, "Password changed successfully!", nullptr);
}

Task<Result<http::Response>> me(Accounts& accounts, http::Request& request) {
    auto viewer = co_await accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto user = co_await accounts.find_user(viewer->user_id);
    if (!user) co_return std::unexpected(user.error());
    http::Response response =
        http::success(200, "Profile retrieved successfully", user_json(*user));
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

}  // namespace

void add_account_routes(
    http::Router& router, Accounts& accounts, std::vector<std::string> origins
) {
    using http::Method;
    using http::Request;
    auto add = [&](Method method, std::string pattern, auto function) {
        router.add(method, "/api/v1" + pattern, http::handler(std::move(function)));
    };
    add(Method::post, "/auth/register",
        [&accounts](Request& r) { return register_user(accounts, r); });
    add(Method::post, "/auth/login", [&accounts](Request& r) { return login(accounts, r); });
    add(Method::post, "/auth/refresh-token",
        [&accounts, origins](Request& r) { return refresh(accounts, r, origins); });
    add(Method::post, "/auth/logout",
        [&accounts, origins](Request& r) { return logout(accounts, r, origins); });
    add(Method::post, "/auth/change-password",
        [&accounts](Request& r) { return change_password(accounts, r); });
    add(Method::get, "/user/me", [&accounts](Request& r) { return me(accounts, r); });
}

}  // namespace reelshare::accounts
