#include "base/redact.hpp"

#include "base/hash.hpp"
#include "base/id.hpp"

#include <gtest/gtest.h>

namespace reelshare::log {
namespace {

TEST(Redact, AddressesGo) {
    EXPECT_EQ(redact("mail to ada@example.org failed"), "mail to [e-mail] failed");
    EXPECT_EQ(redact("/user/ada%40example.org/x"), "/user/[e-mail]/x");
    EXPECT_EQ(redact("<ada+x@example.org>"), "<[e-mail]>");
}

TEST(Redact, TokensGo) {
    const std::string jwt =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl1-_AbCdEf";
    EXPECT_EQ(redact("Bearer " + jwt), "Bearer [token]");
    EXPECT_EQ(
        redact("https://x.example/reset?token=Qm9vIGhvbyBob28gaG9vIGhvbyBob28gMTIz&x=1"),
        "https://x.example/reset?token=[token]&x=1"
    );
}

TEST(Redact, EveryRandomTokenGoes) {
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(redact(random_token(32)), "[token]");
}

TEST(Redact, NamesStay) {
    for (const std::string& text :
         {new_id(), sha256_hex("x"), "media/" + new_id() + "/540-3.mp4", std::string("a @ b"),
          std::string("SELECT * FROM videos WHERE id = $1"), std::string("@"), std::string(),
          std::string("/api/v1/video/:id/comments"), std::string("ünïcode naïve café")})
        EXPECT_EQ(redact(text), text);
}

}  // namespace
}  // namespace reelshare::log
