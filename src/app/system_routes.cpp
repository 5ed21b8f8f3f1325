#include "app/system_routes.hpp"

#include "http/proxy.hpp"

namespace reelshare::app {

namespace {

http::Response text(int status, std::string body) {
    http::Response response{.status = status, .headers = {}, .body = std::move(body)};
    response.set("Content-Type", "text/plain; charset=utf-8").set("Cache-Control", "no-store");
    return response;
}

Task<Result<http::Response>> ready(SystemParts parts) {
    auto database_answer = co_await parts.database.query("SELECT 1");
    auto store_answer = co_await parts.store.free_bytes();
    // One whose disk failed to sync still answers, but takes no more writes.
    const bool database_good = database_answer.has_value() && parts.database.healthy();
    const auto state = [](bool good) { return good ? "ok" : "unavailable"; };
    boost::json::object checks{
        {"database", state(database_good)}, {"objects", state(store_answer.has_value())}
    };
    // Told, but no reason to send requests elsewhere: without Redis everything goes on locally.
    if (parts.redis) checks["redis"] = state(parts.redis->up());
    const bool good = database_good && store_answer.has_value();
    http::Response response =
        http::success(good ? 200 : 503, good ? "Ready" : "Not ready", std::move(checks));
    response.set("Cache-Control", "no-store");
    co_return response;
}

}  // namespace

void add_system_routes(
    http::Router& router, SystemParts parts, const std::vector<std::string>& metrics_allow
) {
    using http::Method;
    using http::Request;
    router.add(Method::get, "/healthz", [](Request&) -> Task<http::Response> {
        co_return text(200, "ok\n");
    });
    router.add(Method::get, "/readyz", http::handler([parts](Request&) { return ready(parts); }));
    std::vector<std::string> networks = metrics_allow;
    networks.insert(networks.end(), {"127.0.0.0/8", "::1"});
    router.add(
        Method::get, "/metrics",
        http::handler(
            [&metrics = parts.metrics,
             allowed = http::Networks(networks)](Request& request) -> Task<Result<http::Response>> {
                if (!allowed.contains(request.client_address))
                    co_return fail(Errc::not_found, "Not Found");
                http::Response response = text(200, metrics.render());
                response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                co_return response;
            }
        )
    );
}

}  // namespace reelshare::app
