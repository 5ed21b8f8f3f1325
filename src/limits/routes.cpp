#include "limits/routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace reelshare::limits {

namespace {

using http::Method;

constexpr std::string_view kApi = "/api/v1/";
constexpr Micros kSecond = 1'000'000;

struct Special {
    Method method;
    std::string_view pattern;  ///< Below /api/v1.
    RouteClass kind;
};

/// Routes that are not simply reads or writes.
constexpr std::array kSpecial = {
    Special{Method::post, "auth/login", RouteClass::login},
    Special{Method::post, "auth/forgot-password", RouteClass::login},
    Special{Method::post, "auth/reset-password", RouteClass::login},
    Special{Method::post, "auth/change-password", RouteClass::login},
    Special{Method::post, "auth/register", RouteClass::signup},
    Special{Method::post, "video/upload", RouteClass::upload},
    Special{Method::post, "upload/tus", RouteClass::upload},
    Special{Method::put, "user/me/avatar", RouteClass::upload},
    // The pieces of an upload that was counted when it began.
    Special{Method::patch, "upload/tus/:id", RouteClass::read},
};

bool is_exact(RouteClass kind) {
    return kind == RouteClass::login || kind == RouteClass::signup;
}

std::string text_of(std::int64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

std::int64_t seconds(Micros time) {
    return (time + kSecond - 1) / kSecond;
}

http::Response refusal(const http::Request& request, const Decision& decision) {
    return http::failure(
        request, {.code = Errc::too_many,
                  .message = "Too many requests. Please try again after a while.",
                  .retry_after_s =
                      static_cast<int>(std::max<std::int64_t>(1, seconds(decision.retry_after)))}
    );
}

class LimitedRoute {
  public:
    LimitedRoute(Limiter& limiter, RouteClass kind, http::Handler next)
        : limiter_(&limiter),
          kind_(kind),
          next_(std::move(next)),
          limit_(text_of(limiter.policy(kind).limit)),
          policy_(limit_ + ";w=" + text_of(limiter.policy(kind).window.count())) {}

    Task<http::Response> operator()(http::Request& request) const {
        Decision decision;
        if (is_exact(kind_))
            decision = co_await limiter_->spend_exactly(kind_, request);
        else
            decision = limiter_->spend(kind_, request);
        http::Response response;
        if (decision.allowed) {
            response = co_await next_(request);
        } else {
            limiter_->count_refused(kind_);
            response = refusal(request, decision);
        }
        response.headers.reserve(response.headers.size() + 8);
        response.headers.emplace_back("RateLimit-Policy", policy_);
        response.headers.emplace_back("RateLimit-Limit", limit_);
        response.headers.emplace_back("RateLimit-Remaining", text_of(decision.remaining));
        response.headers.emplace_back("RateLimit-Reset", text_of(seconds(decision.reset)));
        co_return response;
    }

  private:
    Limiter* limiter_;
    RouteClass kind_;
    http::Handler next_;
    std::string limit_;
    std::string policy_;
};

}  // namespace

std::optional<RouteClass> class_of(Method method, std::string_view pattern) {
    if (!pattern.starts_with(kApi)) return std::nullopt;
    const std::string_view rest = pattern.substr(kApi.size());
    for (const Special& special : kSpecial)
        if (special.method == method && special.pattern == rest) return special.kind;
    const bool reads = method == Method::get || method == Method::head || method == Method::options;
    return reads ? RouteClass::read : RouteClass::write;
}

void limit_routes(http::Router& router, Limiter& limiter) {
    router.wrap([&limiter](
                    Method method, std::string_view pattern, const http::RouteOptions&,
                    http::Handler handler
                ) {
        const auto kind = class_of(method, pattern);
        if (!kind || !limiter.policy(*kind).limits()) return handler;
        return http::Handler(LimitedRoute(limiter, *kind, std::move(handler)));
    });
}

}  // namespace reelshare::limits
