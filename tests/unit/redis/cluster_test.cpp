#include "redis/cluster.hpp"

#include <gtest/gtest.h>

namespace reelshare::redis {
namespace {

TEST(RedisCluster, KnowsTheSlotsOfKeys) {
    // As CLUSTER KEYSLOT of Redis 7.0 answers.
    EXPECT_EQ(slot_of("123456789"), 12739);
    EXPECT_EQ(slot_of("foo"), 12182);
    EXPECT_EQ(slot_of(""), 0);
    EXPECT_EQ(slot_of("{foo}bar"), slot_of("foo"));
    EXPECT_EQ(slot_of("a{foo}{bar}"), slot_of("foo"));
    EXPECT_NE(slot_of("{}foo"), slot_of("foo"));
    EXPECT_NE(slot_of("{foo"), slot_of("foo"));
}

TEST(RedisCluster, ReadsRedirections) {
    const auto moved = redirect_of("MOVED 3999 127.0.0.1:6381");
    ASSERT_TRUE(moved);
    EXPECT_FALSE(moved->once);
    EXPECT_EQ(moved->slot, 3999);
    EXPECT_EQ(moved->to, (Endpoint{"127.0.0.1", 6381}));
    const auto ask = redirect_of("ASK 7 ::1:7000");
    ASSERT_TRUE(ask);
    EXPECT_TRUE(ask->once);
    EXPECT_EQ(ask->to, (Endpoint{"::1", 7000}));
    EXPECT_EQ(redirect_of("MOVED 7 :7000")->to.host, "");
    for (const char* words :
         {"ERR no", "MOVED", "MOVED 1", "MOVED 99999 a:1", "MOVED x a:1", "MOVED 1 a:0",
          "MOVED 1 a:x", "MOVED 1:2"})
        EXPECT_FALSE(redirect_of(words)) << words;
}

}  // namespace
}  // namespace reelshare::redis
