#pragma once
// From a request to its route, through what every answer passes.

#include "http/loop.hpp"

#include <vector>

namespace reelshare::http {

/// The router as the innermost handler, with `middleware` around it, outermost first: its refusals
/// (404, 405, 411, 413) pass through the middleware too.
[[nodiscard]] Handler dispatcher(const ServerState& state, std::vector<Middleware> middleware);

}  // namespace reelshare::http
