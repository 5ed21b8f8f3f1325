#include "redis/address.hpp"

#include <gtest/gtest.h>

namespace reelshare::redis {
namespace {

Address read(std::string_view url) {
    auto address = parse_address(url);
    EXPECT_TRUE(address) << url << ": " << address.error().message;
    return address.value_or(Address{});
}

std::string refusal(std::string_view url) {
    auto address = parse_address(url);
    return address ? "" : address.error().message;
}

TEST(RedisAddress, ReadsOneServer) {
    const Address plain = read("redis://cache.example");
    EXPECT_EQ(plain.endpoints, (std::vector<Endpoint>{{"cache.example", 6379}}));
    EXPECT_EQ(plain.database, 0);
    const Address full = read("redis://app:p%40ss%2Fw:d@10.0.0.7:6380/3");
    EXPECT_EQ(full.mode, Mode::single);
    EXPECT_EQ(full.endpoints, (std::vector<Endpoint>{{"10.0.0.7", 6380}}));
    EXPECT_EQ(full.user, "app");
    EXPECT_EQ(full.password, "p@ss/w:d");
    EXPECT_EQ(full.database, 3);
    const Address six = read("redis://:secret@[::1]:7000/");
    EXPECT_EQ(six.endpoints, (std::vector<Endpoint>{{"::1", 7000}}));
    EXPECT_EQ(six.user, "");
    EXPECT_EQ(six.password, "secret");
}

TEST(RedisAddress, ReadsSentinelsAndClusters) {
    const Address sentinel = read("redis+sentinel://:x@a,b:26380/mymaster/2");
    EXPECT_EQ(sentinel.mode, Mode::sentinel);
    EXPECT_EQ(sentinel.endpoints, (std::vector<Endpoint>{{"a", 26379}, {"b", 26380}}));
    EXPECT_EQ(sentinel.master, "mymaster");
    EXPECT_EQ(sentinel.database, 2);
    const Address cluster = read("redis+cluster://a:7000,b:7001");
    EXPECT_EQ(cluster.mode, Mode::cluster);
    EXPECT_EQ(cluster.endpoints.size(), 2U);
}

TEST(RedisAddress, SaysWhatIsWrong) {
    EXPECT_NE(refusal("rediss://host").find("stunnel"), std::string::npos);
    EXPECT_NE(refusal("http://host").find("redis://"), std::string::npos);
    for (const char* url :
         {"", "redis", "redis://", "redis://host:0", "redis://host:70000", "redis://host:x",
          "redis://host/one", "redis://host/-1", "redis://a,b", "redis://user@host",
          "redis://:%zz@host", "redis://[::1", "redis+sentinel://a", "redis+cluster://a/1"})
        EXPECT_FALSE(parse_address(url)) << url;
}

}  // namespace
}  // namespace reelshare::redis
