#include "limits/shedding.hpp"

#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reelshare::limits {
namespace {

using http::Method;

class SheddingTest : public testing::Test {
  protected:
    SheddingTest() {
        for (const char* pattern : {"/api/v1/video", "/media/:asset/*file", "/healthz", "/metrics"})
            router_.add(Method::get, pattern, [this](http::Request&) -> Task<http::Response> {
                ++handled_;
                co_return http::Response{};
            });
        router_.add(
            Method::put, "/api/v1/video/:id/like",
            [](http::Request&) -> Task<http::Response> { co_return http::Response{}; }
        );
        shed_routes(
            router_,
            {.all = [this] { return overloaded_; }, .writes = [this] { return writes_wait_; }},
            metrics_
        );
    }

    http::Response ask(Method method, const char* path) {
        http::Request request;
        request.method = method;
        request.path = path;
        const auto match = router_.match(method, path);
        return run_task((*match.handler)(request));
    }
    http::Response get(const char* path) { return ask(Method::get, path); }

    Metrics metrics_;
    http::Router router_;
    bool overloaded_ = false;
    bool writes_wait_ = false;
    int handled_ = 0;
};

TEST_F(SheddingTest, WhileThereIsRoomAllIsAnswered) {
    EXPECT_EQ(get("/api/v1/video").status, 200);
    EXPECT_EQ(handled_, 1);
    EXPECT_THAT(metrics_.render(), testing::HasSubstr("reelshare_shed_requests_total 0\n"));
}

TEST_F(SheddingTest, OverloadedTheApiIsRefusedBeforeAnythingIsDone) {
    overloaded_ = true;
    const http::Response refused = get("/api/v1/video");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "2");
    EXPECT_EQ(handled_, 0);
    EXPECT_THAT(metrics_.render(), testing::HasSubstr("reelshare_shed_requests_total 1\n"));
    overloaded_ = false;
    EXPECT_EQ(get("/api/v1/video").status, 200);
}

TEST_F(SheddingTest, WhatReadsDoesNotWaitForWrites) {
    writes_wait_ = true;
    EXPECT_EQ(get("/api/v1/video").status, 200);
    EXPECT_EQ(ask(Method::put, "/api/v1/video/a/like").status, 503);
    writes_wait_ = false;
    EXPECT_EQ(ask(Method::put, "/api/v1/video/a/like").status, 200);
    overloaded_ = true;
    EXPECT_EQ(ask(Method::put, "/api/v1/video/a/like").status, 503);
}

TEST_F(SheddingTest, OverloadedClipsPlayOnAndHealthIsTold) {
    overloaded_ = true;
    for (const char* path : {"/media/a/720.mp4", "/healthz", "/metrics"})
        EXPECT_EQ(get(path).status, 200) << path;
}

}  // namespace
}  // namespace reelshare::limits
