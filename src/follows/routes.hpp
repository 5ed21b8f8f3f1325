#pragma once
// The follow rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "cache/near_cache.hpp"
#include "follows/blocks.hpp"
#include "follows/follows.hpp"
#include "http/router.hpp"

#include <string>

namespace reelshare::follows {

/// What the handlers work with; all of it outlives the server.
struct FollowParts {
    Follows& follows;
    Blocks& blocks;
    accounts::Accounts& accounts;
    cache::NearCache& near_cache;
    std::string public_url;
};

void add_follow_routes(http::Router& router, FollowParts parts);

}  // namespace reelshare::follows
