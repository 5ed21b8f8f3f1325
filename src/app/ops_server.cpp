#include "app/ops_server.hpp"

#include "app/system_routes.hpp"
#include "http/middleware.hpp"

namespace reelshare::app {

std::unique_ptr<http::Server> start_ops_server(const Config& config, Foundation& base) {
    if (config.ops_port == 0) return nullptr;
    http::Router router;
    add_system_routes(
        router, {*base.database, *base.store, base.redis.get(), base.metrics}, config.metrics_allow
    );
    const http::ServerOptions options{.address = config.address, .port = config.ops_port};
    auto server = std::make_unique<http::Server>(
        options, std::move(router), std::vector{http::security_headers()}, base.metrics
    );
    server->start();
    return server;
}

}  // namespace reelshare::app
