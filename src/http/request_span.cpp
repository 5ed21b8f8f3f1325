#include "http/request_span.hpp"

#include "base/clock.hpp"
#include "http/loop.hpp"

namespace reelshare::http {

Span span_of(const Request& request, int status, double seconds) {
    const std::string method(method_name(request.method));
    const std::string route(request.route.empty() ? "none" : request.route);
    constexpr int kServerFault = 500;
    const std::int64_t end = now_ms() * 1'000'000;
    return {
        .trace = request.trace,
        .name = method + ' ' + route,
        .served = true,
        .failed = status >= kServerFault,
        .start_ns = end - static_cast<std::int64_t>(seconds * 1e9),
        .end_ns = end,
        .attributes =
            {{"http.request.method", method},
             {"http.route", route},
             {"http.response.status_code", std::to_string(status)},
             {"reelshare.request_id", request.id}}
    };
}

}  // namespace reelshare::http
