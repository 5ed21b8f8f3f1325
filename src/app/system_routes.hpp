#pragma once
// What an operator's tools ask: /healthz, /readyz, /metrics.

#include "base/metrics.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "objects/store.hpp"

#include <string>
#include <vector>

namespace reelshare::app {

/// /metrics answers to loopback and to `metrics_allow` networks only; others get a 404.
void add_system_routes(
    http::Router& router,
    db::Database& database,
    objects::Store& store,
    Metrics& metrics,
    const std::vector<std::string>& metrics_allow
);

}  // namespace reelshare::app
