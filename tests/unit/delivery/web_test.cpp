#include "delivery/web.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <array>

namespace reelshare::delivery {
namespace {

constexpr std::array<EmbeddedFile, 3> kFiles = {{
    {"/assets/index-B1c2.js", "text/javascript; charset=utf-8", true, "script", "gz", "br", "\"s\""
    },
    {"/favicon.svg", "image/svg+xml", false, "<svg/>", "", "", "\"f\""},
    {"/index.html", "text/html; charset=utf-8", false, "<html>page</html>", "gz-page", "", "\"p\""},
}};

class WebTest : public testing::Test {
  protected:
    WebTest() { add_web_routes(router_, "", kFiles); }

    http::Response ask(
        http::Method method, const std::string& path, std::vector<http::Header> headers = {}
    ) {
        http::Request request;
        request.method = method;
        request.path = path;
        request.headers = std::move(headers);
        const auto match = router_.match(method, path);
        if (!match.handler)
            return {.status = match.allowed.empty() ? 404 : 405, .headers = {}, .body = {}};
        request.params = match.params;
        return run_task((*match.handler)(request));
    }
    http::Response get(const std::string& path, std::vector<http::Header> headers = {}) {
        return ask(http::Method::get, path, std::move(headers));
    }
    static std::string bytes(const http::Response& response) {
        return *std::get<http::SharedBytes>(response.body);
    }

    http::Router router_;
};

TEST_F(WebTest, EveryPageIsTheClient) {
    for (const char* path :
         {"/", "/v/0190163d-8694-739b-aea5-966c26f8ad91", "/login", "/apiary", "/index.html"}) {
        const auto page = get(path);
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_EQ(bytes(page), "<html>page</html>") << path;
        EXPECT_EQ(page.header("cache-control"), "no-cache");
        EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
    }
}

TEST_F(WebTest, ThePageMayLoadFromItsOwnOriginOnly) {
    const std::string policy(get("/").header("content-security-policy"));
    for (const std::string rule :
         {"default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'",
          "base-uri 'none'"})
        EXPECT_NE(policy.find(rule + (rule == "object-src 'none'" ? "" : ";")), std::string::npos)
            << rule;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    http::Router router;
    add_web_routes(router, "https://clips.example", kFiles);
    http::Request request;
    request.path = "/";
    const auto match = router.match(http::Method::get, "/");
    const auto page = run_task((*match.handler)(request));
    EXPECT_NE(
        page.header("content-security-policy")
            .find("media-src 'self' blob: https://clips.example;"),
        std::string::npos
    );
}

TEST_F(WebTest, AHashedFileIsImmutableAndSentAsTheClientLikes) {
    const std::string path = "/assets/index-B1c2.js";
    EXPECT_EQ(bytes(get(path)), "script");
    const auto brotli = get(path, {{"accept-encoding", "gzip, br"}});
    EXPECT_EQ(bytes(brotli), "br");
    EXPECT_EQ(brotli.header("content-encoding"), "br");
    EXPECT_EQ(brotli.header("etag"), "\"s-br\"");
    EXPECT_EQ(brotli.header("vary"), "Accept-Encoding");
    EXPECT_EQ(brotli.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(bytes(get(path, {{"accept-encoding", "gzip"}})), "gz");
    EXPECT_EQ(bytes(get("/favicon.svg", {{"accept-encoding", "br"}})), "<svg/>");
    EXPECT_EQ(get(path, {{"accept-encoding", "br"}, {"if-none-match", "\"s-br\""}}).status, 304);
    EXPECT_EQ(get(path, {{"if-none-match", "\"s-br\""}}).status, 200);
}

TEST_F(WebTest, WhatIsNoPageIsNotFound) {
    for (const char* path :
         {"/assets/none.js", "/robots.txt", "/api", "/api/v1/none", "/api/v1/video/a/b/c", "/media",
          "/media/x/y", "/media/a/b/c/d", "/metrics/x"})
        EXPECT_EQ(get(path).status, 404) << path;
    EXPECT_EQ(ask(http::Method::post, "/api/v1/none").status, 404);
    EXPECT_EQ(ask(http::Method::delete_, "/media/x").status, 404);
    EXPECT_EQ(ask(http::Method::post, "/login").status, 404);
}

TEST_F(WebTest, KnownRoutesStayTheirOwn) {
    router_.add(http::Method::get, "/api/v1/known", [](http::Request&) -> Task<http::Response> {
        co_return http::Response{.status = 204, .headers = {}, .body = {}};
    });
    EXPECT_EQ(get("/api/v1/known").status, 204);
    EXPECT_EQ(ask(http::Method::post, "/api/v1/known").status, 405);
}

TEST(NoWeb, WithoutAClientThereIsNothing) {
    http::Router router;
    add_web_routes(router, "", {});
    http::Request request;
    request.path = "/";
    const auto match = router.match(http::Method::get, "/");
    EXPECT_EQ(run_task((*match.handler)(request)).status, 404);
}

}  // namespace
}  // namespace reelshare::delivery
