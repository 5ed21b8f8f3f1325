#pragma once
// The port of a process that serves nobody: /healthz, /readyz and /metrics of a worker.

#include "app/config.hpp"
#include "app/foundation.hpp"
#include "http/server.hpp"

#include <memory>

namespace reelshare::app {

/// Serves on OPS_PORT; nothing where that is 0. Throws std::system_error where it cannot listen.
[[nodiscard]] std::unique_ptr<http::Server> start_ops_server(
    const Config& config, Foundation& base
);

}  // namespace reelshare::app
