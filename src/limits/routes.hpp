#pragma once
// Puts the limits around the routes of the API, and the numbers into their answers.

#include "http/router.hpp"
#include "limits/limiter.hpp"

#include <optional>
#include <string_view>

namespace reelshare::limits {

/// What a route is counted as; nothing where it has no limit (media, health, the web client).
[[nodiscard]] std::optional<RouteClass> class_of(http::Method method, std::string_view pattern);

/// Around every route that was added so far. `limiter` must outlive the router.
void limit_routes(http::Router& router, Limiter& limiter);

}  // namespace reelshare::limits
