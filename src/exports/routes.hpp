#pragma once
// POST /user/me/export gives a link that a browser can follow without a token, /exports/... is it.

#include "accounts/accounts.hpp"
#include "delivery/signed_path.hpp"
#include "exports/exports.hpp"
#include "http/router.hpp"

#include <string>

namespace reelshare::exports {

/// What the handlers work with; what it refers to outlives the router.
struct ExportParts {
    Exports& exports;
    accounts::Accounts& accounts;
    const delivery::PathSigner& signer;
    std::string public_url;
};

void add_export_routes(http::Router& router, ExportParts parts);

}  // namespace reelshare::exports
