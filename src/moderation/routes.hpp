#pragma once
// Reports over HTTP, and what moderators do under /admin.

#include "accounts/accounts.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "moderation/moderation.hpp"
#include "words/words.hpp"

namespace reelshare::moderation {

/// What the handlers work with; all of it outlives the server.
struct ModerationParts {
    Moderation& moderation;
    words::Words& words;
    accounts::Accounts& accounts;
    db::Database& database;
};

void add_moderation_routes(http::Router& router, ModerationParts parts);

}  // namespace reelshare::moderation
