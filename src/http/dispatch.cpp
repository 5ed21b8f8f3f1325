#include "http/dispatch.hpp"

#include "http/connection_body.hpp"

#include <ranges>

namespace reelshare::http {

namespace {

Response not_found(const Request& request) {
    return failure(
        request, {.code = Errc::not_found,
                  .message = "Not Found",
                  .fields = {{request.path, "API Not Found"}}}
    );
}

Response method_not_allowed(const Request& request, const std::vector<Method>& allowed) {
    Response response = failure(
        request,
        {.code = Errc::invalid, .message = "Method Not Allowed", .word = "method_not_allowed"}
    );
    response.status = 405;
    std::string allow;
    for (const Method method : allowed) {
        if (!allow.empty()) allow += ", ";
        allow += method_name(method);
        if (method == Method::get) allow += ", HEAD";
    }
    return std::move(response.set("Allow", std::move(allow)));
}

Response length_required(const Request& request) {
    Response response = failure(
        request, {.code = Errc::invalid,
                  .message = "A Content-Length is needed here.",
                  .word = "length_required"}
    );
    response.status = 411;
    return response;
}

Task<Response> route(const ServerState& state, Request& request) {
    Router::Match match = state.router.match(request.method, request.path);
    if (!match.handler && match.allowed.empty()) co_return not_found(request);
    if (!match.handler) co_return method_not_allowed(request, match.allowed);
    request.route = match.pattern;
    request.params = std::move(match.params);
    auto& body = static_cast<ConnectionBody&>(*request.body);
    if (body.content_length().value_or(0) > match.options->max_body)
        co_return failure(
            request, {.code = Errc::too_large, .message = "The request body is too large."}
        );
    if (body.is_chunked() && !match.options->chunked) co_return length_required(request);
    body.set_limit(match.options->max_body);
    Response response = co_await (*match.handler)(request);
    co_return response;
}

Handler wrap(Middleware middleware, Handler next) {
    return [middleware = std::move(middleware), next = std::move(next)](Request& request) {
        return middleware(request, next);
    };
}

}  // namespace

Handler dispatcher(const ServerState& state, std::vector<Middleware> middleware) {
    Handler entry = [&state](Request& request) { return route(state, request); };
    for (Middleware& outer : std::views::reverse(middleware))
        entry = wrap(std::move(outer), std::move(entry));
    return entry;
}

}  // namespace reelshare::http
