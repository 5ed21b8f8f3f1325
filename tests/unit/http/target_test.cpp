#include "http/target.hpp"

#include <gtest/gtest.h>

namespace reelshare::http {
namespace {

TEST(Path, IsDecodedOnce) {
    EXPECT_EQ(decode_path("/a%20b"), "/a b");
    EXPECT_EQ(decode_path("/%2541"), "/%41");
    EXPECT_EQ(decode_path("/caf%C3%A9"), "/café");
    EXPECT_EQ(decode_path("/"), "/");
}

TEST(Path, WhatNoHonestClientSendsIsRefused) {
    for (const char* raw :
         {"/..", "/a/../b", "/%2e%2e/b", "/.%2E", "/a%2fb", "/a%5Cb", "/a\\b", "/a%00b", "//a",
          "/a//b", "/%", "/%4", "/%zz", "/%ff", "/%c0%af", "/%ed%a0%80"})
        EXPECT_FALSE(decode_path(raw)) << raw;
}

TEST(Query, IsPairs) {
    const auto pairs = decode_query("page=2&q=a+b%26c&empty=&flag");
    ASSERT_TRUE(pairs);
    ASSERT_EQ(pairs->size(), 4U);
    EXPECT_EQ((*pairs)[1].second, "a b&c");
    EXPECT_EQ((*pairs)[3].first, "flag");
}

TEST(Query, IsBounded) {
    std::string many;
    for (int i = 0; i < 65; ++i) many += "a=1&";
    EXPECT_FALSE(decode_query(many));
    EXPECT_FALSE(decode_query("a=%g1"));
}

}  // namespace
}  // namespace reelshare::http
