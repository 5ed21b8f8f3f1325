#pragma once

#include "accounts/accounts.hpp"
#include "db/database.hpp"
#include "http/router.hpp"

#include <string>

namespace reelshare::statistics {

/// GET /statistics. `public_url`: where links begin, "" where with the host that was asked.
void add_statistics_routes(
    http::Router& router,
    db::Database& database,
    accounts::Accounts& accounts,
    std::string public_url
);

}  // namespace reelshare::statistics
