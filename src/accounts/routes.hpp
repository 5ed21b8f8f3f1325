#pragma once
// The account rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "http/router.hpp"

#include <string>
#include <vector>

namespace reelshare::accounts {

/// `origins`: other origins whose pages may use the refresh cookie (CORS_ORIGINS).
void add_account_routes(http::Router& router, Accounts& accounts, std::vector<std::string> origins);

}  // namespace reelshare::accounts
