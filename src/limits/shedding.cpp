#include "limits/shedding.hpp"

#include "limits/routes.hpp"

#include <utility>

namespace reelshare::limits {

namespace {

constexpr int kRetryAfter = 2;  // Seconds: by then the queue has drained, and more.

Task<http::Response> refusal(const http::Request& request) {
    co_return http::failure(
        request, {.code = Errc::unavailable,
                  .message = "The service is busy. Please try again in a moment.",
                  .retry_after_s = kRetryAfter}
    );
}

}  // namespace

void shed_routes(http::Router& router, Overload overload, Metrics& metrics) {
    prometheus::Counter& shed = prometheus::BuildCounter()
                                    .Name("reelshare_shed_requests_total")
                                    .Help("Requests refused with 503 because too many waited.")
                                    .Register(metrics.registry())
                                    .Add({});
    router.wrap([&overload, &shed](
                    http::Method method, std::string_view pattern, const http::RouteOptions&,
                    http::Handler handler
                ) {
        const auto kind = class_of(method, pattern);
        if (!kind) return handler;
        const bool writes = *kind != RouteClass::read;
        return http::Handler([overload, writes, &shed,
                              next = std::move(handler)](http::Request& request) {
            if (!overload.all() && !(writes && overload.writes())) return next(request);
            shed.Increment();
            return refusal(request);
        });
    });
}

}  // namespace reelshare::limits
