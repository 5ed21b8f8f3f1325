#pragma once
// One POST to another server. Blocks: for a thread of its own.

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace reelshare::outbound {

struct HttpPost {
    std::string url;                     ///< http or https.
    std::vector<std::string> headers{};  ///< "Name: value".
    std::string body{};
    /// Else only to public addresses. The address that is connected to is judged, after the name
    /// was looked up: a name that changes its meaning in between gains nothing.
    bool allow_private = false;
    std::chrono::milliseconds timeout{10'000};
};

/// The status of the answer; its body is not kept. Redirects are not followed, and no proxy of the
/// environment is used. `unavailable` with the reason in `detail` where there is no answer.
[[nodiscard]] Result<int> post(const HttpPost& request);

}  // namespace reelshare::outbound
