// The bearer check: a token that we signed, of a session that has not ended.

#include "accounts/accounts.hpp"

namespace reelshare::accounts {

namespace {

/// "" where there is none.
std::string_view bearer_token(const http::Request& request) {
    std::string_view token = request.header("authorization");
    // The original's client sends the bare token; ours sends "Bearer <token>".
    constexpr std::string_view kScheme = "Bearer ";
    if (token.starts_with(kScheme) || token.starts_with("bearer "))
        token.remove_prefix(kScheme.size());
    return token;
}

}  // namespace

std::string Accounts::claimed_user(const http::Request& request) {
    const std::string_view token = bearer_token(request);
    if (token.empty()) return {};
    const auto claims = verified_.claims_of(token);
    return claims ? claims->user_id : std::string();
}

Task<Result<std::optional<Viewer>>> Accounts::identify(const http::Request& request) {
    if (request.header("authorization").empty()) co_return std::optional<Viewer>();
    const auto claims = verified_.claims_of(bearer_token(request));
    if (!claims) co_return fail(Errc::unauthenticated, "Invalid token!");
    auto role = co_await role_of_session(*claims);
    if (!role) co_return std::unexpected(role.error());
    if (!*role) co_return fail(Errc::unauthenticated, "Invalid token!");
    co_return Viewer{claims->user_id, claims->session_id, **role};
}

Task<Result<Viewer>> Accounts::require(const http::Request& request) {
    auto viewer = co_await identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    if (!*viewer) co_return fail(Errc::unauthenticated, "You are not authorized!");
    co_return **viewer;
}

Task<Result<Viewer>> Accounts::require_role(const http::Request& request, Role least) {
    auto viewer = co_await require(request);
    if (viewer && !viewer->is_at_least(least))
        co_return fail(Errc::forbidden, "You are not allowed to do this.");
    co_return viewer;
}

Task<Result<std::optional<Role>>> Accounts::role_of_session(AccessClaims claims) {
    if (auto known = sessions_.find(claims.session_id)) co_return known;
    const std::uint64_t generation = sessions_.generation(claims.session_id);
    auto found = co_await database_.query(
        "SELECT u.role FROM sessions s JOIN users u ON u.id = s.user_id "
        "WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND u.suspended_at IS NULL",
        {claims.session_id, claims.user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return std::optional<Role>();
    const Role role = parse_role(found->front().text(0)).value_or(Role::user);
    sessions_.keep(claims.session_id, claims.user_id, role, generation);
    co_return role;
}

}  // namespace reelshare::accounts
