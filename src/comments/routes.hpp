#pragma once
// The comment rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "cache/near_cache.hpp"
#include "comments/comments.hpp"
#include "http/router.hpp"
#include "words/words.hpp"

#include <string>

namespace reelshare::comments {

/// What the handlers work with; all of it outlives the server.
struct CommentParts {
    Comments& comments;
    accounts::Accounts& accounts;
    cache::NearCache& near_cache;
    words::Words& words;
    std::string public_url;
};

void add_comment_routes(http::Router& router, CommentParts parts);

}  // namespace reelshare::comments
