#pragma once
// POST /video/upload

#include "accounts/accounts.hpp"
#include "cache/bus.hpp"
#include "http/router.hpp"
#include "uploads/uploads.hpp"
#include "videos/videos.hpp"

#include <string>

namespace reelshare::uploads {

struct UploadParts {
    Uploads& uploads;
    accounts::Accounts& accounts;
    videos::Videos& videos;
    cache::Bus& bus;
    std::string public_url;
};

void add_upload_routes(http::Router& router, const UploadParts& parts);

}  // namespace reelshare::uploads
