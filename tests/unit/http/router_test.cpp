#include "http/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace reelshare::http {
namespace {

Handler named(const char*) {
    return [](Request&) -> Task<Response> { co_return Response{}; };
}

class Routes : public testing::Test {
  protected:
    void SetUp() override {
        router_.add(Method::get, "/video", named("list"));
        router_.add(Method::get, "/video/:id", named("one"));
        router_.add(Method::get, "/video/:id/:userId", named("for"));
        router_.add(Method::get, "/video/feed", named("feed"));
        router_.add(
            Method::post, "/video/upload", named("upload"), {.max_body = 7, .chunked = true}
        );
        router_.add(Method::get, "/files/*path", named("files"));
    }
    std::string pattern(Method method, std::string_view path) {
        return std::string(router_.match(method, path).pattern);
    }
    Router router_;
};

TEST_F(Routes, ALiteralBeatsAParameter) {
    EXPECT_EQ(pattern(Method::get, "/video/feed"), "/video/feed");
    EXPECT_EQ(pattern(Method::get, "/video/x"), "/video/:id");
    EXPECT_EQ(pattern(Method::get, "/video/feed/ada"), "/video/:id/:userId");
}

TEST_F(Routes, ParametersAreNamed) {
    const auto match = router_.match(Method::get, "/video/7/ada");
    EXPECT_EQ(
        match.params,
        (std::vector<std::pair<std::string, std::string>>{{"id", "7"}, {"userId", "ada"}})
    );
    EXPECT_EQ(router_.match(Method::get, "/files/a/b.css").params.front().second, "a/b.css");
}

TEST_F(Routes, HeadIsGet) {
    EXPECT_EQ(pattern(Method::head, "/video/x"), "/video/:id");
}

TEST_F(Routes, AnotherMethodIsToldWhatWouldDo) {
    const auto match = router_.match(Method::delete_, "/video");
    EXPECT_EQ(match.handler, nullptr);
    EXPECT_FALSE(match.allowed.empty());
    // A literal beats a parameter for every method: what is a name of ours is nobody's id.
    EXPECT_EQ(router_.match(Method::get, "/video/upload").handler, nullptr);
    EXPECT_EQ(pattern(Method::post, "/video/upload"), "/video/upload");
}

TEST_F(Routes, UnknownPathsMatchNothing) {
    for (const char* path : {"/", "/videos", "/video/a/b/c", ""}) {
        const auto match = router_.match(Method::get, path);
        EXPECT_EQ(match.handler, nullptr) << path;
        EXPECT_TRUE(match.allowed.empty()) << path;
    }
}

TEST_F(Routes, ASlashAtTheEndChangesNothing) {
    EXPECT_EQ(pattern(Method::get, "/video/"), "/video");
}

TEST_F(Routes, AreWrappedWithTheirMethodAndPattern) {
    std::vector<std::string> seen;
    router_.wrap([&](Method, std::string_view pattern, const RouteOptions&, Handler inner) {
        seen.emplace_back(pattern);
        return inner;
    });
    EXPECT_EQ(seen.size(), router_.routes().size());
    EXPECT_NE(std::ranges::find(seen, "/video/:id"), seen.end());
    EXPECT_NE(router_.match(Method::get, "/video/x").handler, nullptr);
}

TEST_F(Routes, OptionsComeAlong) {
    const auto match = router_.match(Method::post, "/video/upload");
    ASSERT_NE(match.options, nullptr);
    EXPECT_EQ(match.options->max_body, 7U);
    EXPECT_TRUE(match.options->chunked);
}

}  // namespace
}  // namespace reelshare::http
