#pragma once

#include "accounts/accounts.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "videos/videos.hpp"

namespace reelshare::statistics {

/// GET /statistics.
void add_statistics_routes(
    http::Router& router,
    db::Database& database,
    accounts::Accounts& accounts,
    const videos::Videos& videos
);

}  // namespace reelshare::statistics
