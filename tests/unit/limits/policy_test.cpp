#include "limits/policy.hpp"

#include "limits/routes.hpp"

#include <gtest/gtest.h>

namespace reelshare::limits {
namespace {

using http::Method;

TEST(Policy, IsReadFromText) {
    EXPECT_EQ(*parse_policy("X", "1200/60"), (Policy{1200, std::chrono::seconds(60)}));
    EXPECT_FALSE(parse_policy("X", "off")->limits());
    for (const char* text :
         {"", "60", "0/60", "60/0", "-1/60", "a/60", "60/60s", "60/60/60", "99999999999/60",
          "1/99999999"}) {
        const auto policy = parse_policy("RATE_LIMIT_READ", text);
        ASSERT_FALSE(policy) << text;
        EXPECT_TRUE(policy.error().message.starts_with("RATE_LIMIT_READ "));
    }
}

TEST(Policy, EveryRouteHasItsClass) {
    EXPECT_EQ(class_of(Method::get, "/api/v1/video"), RouteClass::read);
    EXPECT_EQ(class_of(Method::post, "/api/v1/video/:id"), RouteClass::write);
    EXPECT_EQ(class_of(Method::delete_, "/api/v1/video/:id"), RouteClass::write);
    EXPECT_EQ(class_of(Method::post, "/api/v1/video/upload"), RouteClass::upload);
    EXPECT_EQ(class_of(Method::post, "/api/v1/auth/login"), RouteClass::login);
    EXPECT_EQ(class_of(Method::post, "/api/v1/auth/register"), RouteClass::signup);
    EXPECT_EQ(class_of(Method::post, "/api/v1/auth/refresh-token"), RouteClass::write);
    EXPECT_EQ(class_of(Method::get, "/media/*path"), std::nullopt);
    EXPECT_EQ(class_of(Method::get, "/healthz"), std::nullopt);
}

}  // namespace
}  // namespace reelshare::limits
