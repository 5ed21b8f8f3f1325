#include "limits/limiter.hpp"

#include "limits/counted_address.hpp"
#include "limits/routes.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

namespace reelshare::limits {
namespace {

using namespace std::chrono_literals;

http::Request request_from(std::string address, std::string token = {}) {
    http::Request request;
    request.client_address = std::move(address);
    if (!token.empty()) request.headers.emplace_back("authorization", std::move(token));
    return request;
}

/// "Bearer ada" is a good token of ada's.
std::string user_of(const http::Request& request) {
    const std::string_view token = request.header("authorization");
    return token.starts_with("Bearer ") ? std::string(token.substr(7)) : "";
}

/// Says what it is told to.
struct ToldQuota final : Quota {
    void take(std::string, const Policy&, int want, Done done) override {
        ++asked;
        if (!there) return done(fail_unavailable("away"));
        Taken taken{.granted = std::min(want, left), .remaining = 0, .reset = 1, .retry_after = 1};
        left -= taken.granted;
        taken.remaining = left;
        if (taken.granted < want) taken.retry_after = 30'000'000;
        done(taken);
    }
    [[nodiscard]] bool available() const override { return there; }
    bool there = true;
    int left = 3;
    int asked = 0;
};

class LimiterTest : public testing::Test {
  protected:
    int allowed(Limiter& limiter, const http::Request& request, int tries = 100) {
        int count = 0;
        for (int i = 0; i < tries; ++i)
            if (limiter.spend(RouteClass::read, request).allowed) ++count;
        return count;
    }
    int let_in(Limiter& limiter, const http::Request& request) {
        int count = 0;
        for (int i = 0; i < 100; ++i)
            if (run_task(limiter.spend_exactly(RouteClass::login, request)).allowed) ++count;
        return count;
    }

    Metrics metrics_;
    Policies policies_{.read = {10, 3600s}, .login = {5, 3600s}};
};

TEST_F(LimiterTest, CountsByUserElseByAddress) {
    Limiter limiter(policies_, nullptr, user_of, metrics_);
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.1")), 10);
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.2")), 10);
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.1", "Bearer ada")), 10);
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.9", "Bearer ada")), 0) << "the same user";
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.1", "forged")), 0) << "no token is an address";
}

TEST_F(LimiterTest, AnIPv6ClientIsItsNetwork) {
    Limiter limiter(policies_, nullptr, user_of, metrics_);
    EXPECT_EQ(allowed(limiter, request_from("2001:db8:1:2::1")), 10);
    EXPECT_EQ(allowed(limiter, request_from("2001:db8:1:2:ffff::2")), 0);
    EXPECT_EQ(allowed(limiter, request_from("2001:db8:1:3::1")), 10);
    EXPECT_EQ(counted_address("::ffff:192.0.2.7"), "192.0.2.7");
}

TEST_F(LimiterTest, LoginsAreByAddressAloneAndExact) {
    Limiter limiter(policies_, nullptr, user_of, metrics_);
    EXPECT_EQ(let_in(limiter, request_from("192.0.2.1", "Bearer ada")), 5);
    EXPECT_EQ(let_in(limiter, request_from("192.0.2.1", "Bearer bob")), 0);
}

TEST_F(LimiterTest, TheSharedQuotaDecidesLogins) {
    ToldQuota shared;
    Limiter limiter(policies_, &shared, user_of, metrics_);
    EXPECT_EQ(let_in(limiter, request_from("192.0.2.1")), 3);
}

TEST_F(LimiterTest, WithoutTheSharedQuotaTheOwnCountDecides) {
    ToldQuota shared;
    shared.there = false;
    Limiter limiter(policies_, &shared, user_of, metrics_);
    EXPECT_EQ(let_in(limiter, request_from("192.0.2.1")), 5);
    EXPECT_EQ(allowed(limiter, request_from("192.0.2.1")), 10);
}

TEST_F(LimiterTest, AClientThatSpentTheSharedQuotaIsRefused) {
    ToldQuota shared;
    Limiter limiter(policies_, &shared, user_of, metrics_);
    EXPECT_LE(allowed(limiter, request_from("192.0.2.1")), 5);
    const Decision refused = limiter.spend(RouteClass::read, request_from("192.0.2.1"));
    EXPECT_FALSE(refused.allowed);
    EXPECT_GT(refused.retry_after, 1'000'000);
}

class LimitedRouteTest : public LimiterTest {
  protected:
    http::Response get(const http::Router& router, const std::string& path) {
        http::Request request = request_from("192.0.2.1");
        const auto match = router.match(http::Method::get, path);
        return run_task((*match.handler)(request));
    }
};

TEST_F(LimitedRouteTest, AnswersCarryTheNumbers) {
    policies_.read = {2, 60s};
    Limiter limiter(policies_, nullptr, user_of, metrics_);
    http::Router router;
    for (const char* path : {"/api/v1/video", "/healthz"})
        router.add(http::Method::get, path, [](http::Request&) -> Task<http::Response> {
            co_return http::Response{};
        });
    limit_routes(router, limiter);
    const http::Response first = get(router, "/api/v1/video");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.header("ratelimit-limit"), "2");
    EXPECT_EQ(first.header("ratelimit-policy"), "2;w=60");
    EXPECT_EQ(first.header("ratelimit-remaining"), "1");
    EXPECT_EQ(first.header("ratelimit-reset"), "30");
    get(router, "/api/v1/video");
    const http::Response refused = get(router, "/api/v1/video");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("retry-after"), "30");
    EXPECT_EQ(refused.header("ratelimit-remaining"), "0");
    EXPECT_EQ(get(router, "/healthz").header("ratelimit-limit"), "") << "not the API";
    EXPECT_NE(
        metrics_.render().find("reelshare_limited_requests_total{class=\"read\"} 1"),
        std::string::npos
    );
}

}  // namespace
}  // namespace reelshare::limits
