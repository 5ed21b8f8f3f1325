#include "idempotency/kept_answer.hpp"

#include <gtest/gtest.h>

namespace reelshare::idempotency {
namespace {

http::Response response(int status, std::string body = "{}") {
    http::Response made{.status = status, .headers = {}, .body = std::move(body)};
    made.set("Content-Type", "application/json");
    return made;
}

TEST(KeptAnswer, IsTheSameAnswerAgain) {
    const auto kept = kept_of(response(201, R"({"a":"ü"})").set("Location", "/x"));
    ASSERT_TRUE(kept);
    const http::Response again = answer_of(*kept);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(std::get<std::string>(again.body), R"({"a":"ü"})");
    EXPECT_EQ(again.header("location"), "/x");
    EXPECT_EQ(again.header("content-type"), "application/json");
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
}

TEST(KeptAnswer, NothingThatMayTurnOutOtherwise) {
    for (const int status : {500, 503, 507, 401, 408, 429})
        EXPECT_FALSE(kept_of(response(status))) << status;
    for (const int status : {200, 201, 202, 400, 403, 404, 409, 413})
        EXPECT_TRUE(kept_of(response(status))) << status;
}

TEST(KeptAnswer, NoSecretsNoStreamsNothingHuge) {
    EXPECT_FALSE(kept_of(response(200).add("Set-Cookie", "refreshToken=x")));
    EXPECT_FALSE(kept_of(response(200, std::string(kMaxKept + 1, 'x'))));
    http::Response stream;
    stream.body = http::StreamBody{};
    EXPECT_FALSE(kept_of(stream));
}

}  // namespace
}  // namespace reelshare::idempotency
