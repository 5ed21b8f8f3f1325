#include "accounts/accounts.hpp"

namespace reelshare::accounts {

std::string Accounts::claimed_user(const http::Request& request) const {
    std::string_view token = request.header("authorization");
    if (token.empty()) return {};
    // With the scheme or, as the original's client sends it, without.
    constexpr std::string_view kScheme = "Bearer ";
    if (token.starts_with(kScheme) || token.starts_with("bearer "))
        token.remove_prefix(kScheme.size());
    const auto claims = tokens_.verify_access(token);
    return claims ? claims->user_id : std::string();
}

}  // namespace reelshare::accounts
