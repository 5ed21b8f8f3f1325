#pragma once
// The notification rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "http/router.hpp"
#include "notifications/notifications.hpp"

namespace reelshare::notifications {

/// Both outlive the server.
void add_notification_routes(
    http::Router& router, Notifications& notifications, accounts::Accounts& accounts
);

}  // namespace reelshare::notifications
