#pragma once
// The notification rows of the contract over HTTP.

#include "accounts/accounts.hpp"
#include "http/router.hpp"
#include "notifications/notifications.hpp"

#include <string>

namespace reelshare::notifications {

/// What the handlers work with; what it refers to outlives the server.
struct NotificationParts {
    Notifications& notifications;
    accounts::Accounts& accounts;
    std::string public_url;
};

void add_notification_routes(http::Router& router, NotificationParts parts);

}  // namespace reelshare::notifications
