#pragma once
// What an operator's tools ask: /healthz, /readyz, /metrics.

#include "base/metrics.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "objects/store.hpp"
#include "redis/client.hpp"

#include <string>
#include <vector>

namespace reelshare::app {

struct SystemParts {
    db::Database& database;
    objects::Store& store;
    const redis::Client* redis;  ///< Null where there is none.
    Metrics& metrics;
};

/// /metrics answers to loopback and to `metrics_allow` networks only; others get a 404.
void add_system_routes(
    http::Router& router, SystemParts parts, const std::vector<std::string>& metrics_allow
);

}  // namespace reelshare::app
