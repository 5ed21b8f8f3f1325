#include "importing/source_address.hpp"

#include <gtest/gtest.h>

namespace reelshare::importing {
namespace {

TEST(SourceAddress, OfPrismaBecomesOneOfLibpq) {
    const auto read = read_source_address(
        "postgresql://u:p@db:5432/"
        "reels?schema=app&connection_limit=5&sslmode=require&pgbouncer=true"
    );
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->url, "postgresql://u:p@db:5432/reels?sslmode=require");
    EXPECT_EQ(read->schema, "app");
}

TEST(SourceAddress, IsLeftAsItIsOtherwise) {
    for (const char* url :
         {"postgres://db/reels", "postgresql://u@/reels?host=/run&port=1",
          "postgresql://a,b/reels?target_session_attrs=any"}) {
        const auto read = read_source_address(url);
        ASSERT_TRUE(read) << url;
        EXPECT_EQ(read->url, url);
        EXPECT_EQ(read->schema, "public");
    }
    const auto alone = read_source_address("postgresql://db/reels?schema=public");
    ASSERT_TRUE(alone);
    EXPECT_EQ(alone->url, "postgresql://db/reels");
}

TEST(SourceAddress, ThatIsNoneIsRefusedWithoutBeingSaid) {
    for (const char* url :
         {"", "mysql://u:secret@db/reels", "host=db password=secret",
          "postgresql://u:secret@db/reels?schema=a%22b",
          "postgresql://u:secret@db/reels?schema="}) {
        const auto read = read_source_address(url);
        ASSERT_FALSE(read) << url;
        EXPECT_EQ(read.error().code, Errc::invalid);
        EXPECT_EQ(read.error().message.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace reelshare::importing
