#pragma once
// Who watches: the token's user, else the guest's cookie, else address and User-Agent.

#include "accounts/accounts.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace reelshare::videos {

struct Watcher {
    std::string name;        ///< As the views table knows it.
    std::string new_name;    ///< Where a cookie is given now: the name that it will bring.
    std::string set_cookie;  ///< The cookie, or "".
};

[[nodiscard]] Watcher watcher_of(
    const http::Request& request,
    const std::optional<accounts::Viewer>& viewer,
    std::string_view salt
);

}  // namespace reelshare::videos
