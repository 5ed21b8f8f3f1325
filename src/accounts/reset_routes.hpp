#pragma once
// POST /auth/forgot-password and /auth/reset-password.

#include "accounts/password_resets.hpp"
#include "http/router.hpp"

namespace reelshare::accounts {

void add_reset_routes(http::Router& router, PasswordResets& resets);

}  // namespace reelshare::accounts
