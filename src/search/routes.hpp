#pragma once

#include "accounts/accounts.hpp"
#include "http/router.hpp"
#include "search/suggestions.hpp"

#include <string>

namespace reelshare::search {

/// What the handler works with; what it refers to outlives the router.
struct SearchParts {
    Suggestions& suggestions;
    accounts::Accounts& accounts;
    std::string public_url;
};

/// GET /search/suggestions.
void add_search_routes(http::Router& router, SearchParts parts);

}  // namespace reelshare::search
