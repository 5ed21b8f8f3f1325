#include "accounts/routes.hpp"

#include "accounts/fields.hpp"
#include "accounts/password_rules.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace reelshare::accounts {

namespace {

constexpr std::string_view kCookie = "refreshToken";

constexpr std::size_t kMaxDevice = 200;

/// A header may hold any bytes; what is stored and shown is ASCII.
Device device_of(const http::Request& request) {
    std::string agent(request.header("user-agent").substr(0, kMaxDevice));
    std::ranges::replace_if(agent, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return {.user_agent = std::move(agent), .address = request.client_address};
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
    registration.password = read.text(
        "password", {.min = kMinPassword, .max = kMaxPassword, .what = "Password", .trim = false}
    );
    if (auto fault = password_fault(registration.password, {registration.name, registration.email}))
        read.fault("password", std::move(*fault));
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
    Device device = device_of(request);
    device.known_as = accounts.devices().device_of(request, email);
    const bool known = !device.known_as.empty();
    auto grant = co_await accounts.login(email, std::move(password), std::move(device));
    if (!grant) co_return std::unexpected(grant.error());
    http::Response response = granted(request, accounts, *grant, "Logged in successfully!");
    if (!known) response.add("Set-Cookie", accounts.devices().issue(request, email));
    co_return response;
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
        "newPassword",
        {.min = kMinPassword, .max = kMaxPassword, .what = "New password", .trim = false}
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

json::object session_json(const Session& session) {
    return {
        {"id", session.id},
        {"device", session.device.user_agent},
        {"ip", session.device.address},
        {"createdAt", rfc3339(session.created_at)},
        {"lastSeenAt", rfc3339(session.last_seen_at)},
        {"current", session.current}
    };
}

Task<Result<http::Response>> list_sessions(Accounts& accounts, http::Request& request) {
    auto viewer = co_await accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto sessions = co_await accounts.list_sessions(*viewer);
    if (!sessions) co_return std::unexpected(sessions.error());
    json::array list;
    for (const Session& session : *sessions) list.emplace_back(session_json(session));
    http::Response response =
        http::success(200, "Sessions retrieved successfully", std::move(list));
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

Task<Result<http::Response>> end_session(Accounts& accounts, http::Request& request) {
    auto viewer = co_await accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto ended = co_await accounts.end_session(*viewer, std::string(request.param("id")));
    if (!ended) co_return std::unexpected(ended.error());
    co_return http::success(200, "Session ended successfully", nullptr);
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
    add(Method::get, "/auth/sessions",
        [&accounts](Request& r) { return list_sessions(accounts, r); });
    add(Method::delete_, "/auth/sessions/:id",
        [&accounts](Request& r) { return end_session(accounts, r); });
}

}  // namespace reelshare::accounts
