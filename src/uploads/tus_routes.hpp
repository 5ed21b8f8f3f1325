#pragma once
// tus 1.0 at /upload/tus: uploads that go on where they stopped.

#include "accounts/accounts.hpp"
#include "http/router.hpp"
#include "uploads/resumable.hpp"

#include <string>

namespace reelshare::uploads {

struct TusParts {
    Resumables& uploads;
    Uploads& places;
    accounts::Accounts& accounts;
    std::string public_url;
};

void add_tus_routes(http::Router& router, const TusParts& parts);

}  // namespace reelshare::uploads
