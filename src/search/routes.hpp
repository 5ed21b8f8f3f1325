#pragma once

#include "accounts/accounts.hpp"
#include "http/router.hpp"
#include "search/suggestions.hpp"

namespace reelshare::search {

/// GET /search/suggestions. What is given outlives the router.
void add_search_routes(
    http::Router& router, Suggestions& suggestions, accounts::Accounts& accounts
);

}  // namespace reelshare::search
