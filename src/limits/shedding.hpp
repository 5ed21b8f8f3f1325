#pragma once
// Refuses requests that would only wait, so that those which are answered are answered in time.

#include "base/metrics.hpp"
#include "http/router.hpp"

#include <functional>

namespace reelshare::limits {

/// Asked on every loop, for each request.
struct Overload {
    std::function<bool()> all;     ///< More is asked than can be done.
    std::function<bool()> writes;  ///< More is to be written than can be.
};

/// Around every route of the API that was added so far: 503 with Retry-After before anything is
/// done for it, while it would only wait. Media, pages and health are answered all the same: they
/// do not wait for what is overloaded.
void shed_routes(http::Router& router, Overload overload, Metrics& metrics);

}  // namespace reelshare::limits
