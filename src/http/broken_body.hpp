#pragma once
// The error of a request body that did not come whole: its client went away.

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace reelshare::http {

/// The word of that error. It is the client's (400), who seldom reads it: in logs and metrics a
/// lost connection is no failure of ours.
inline constexpr std::string_view kBrokenBody = "body_broke_off";

[[nodiscard]] inline std::unexpected<Error> broken_body() {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "The request body broke off.",
        .word = std::string(kBrokenBody)
    });
}

}  // namespace reelshare::http
