#include "objects/key.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reelshare::objects {
namespace {

TEST(Key, OnlyServerMadeNamesPass) {
    EXPECT_TRUE(is_key("sources/0190"));
    EXPECT_TRUE(is_key("media/a-b/540.mp4"));
    EXPECT_TRUE(is_key(std::string(200, 'a')));
    for (const std::string key :
         {"", "/", "/a", "a/", "a//b", "..", "a/..", "../a", ".hidden", "a/.b", "A", "a b", "a\\b",
          "a%2f", "ä"})
        EXPECT_FALSE(is_key(key)) << key;
    EXPECT_FALSE(is_key(std::string(201, 'a')));
    EXPECT_FALSE(is_key(std::string_view("a\0b", 3)));
}

TEST(Prefix, MayBeEmptyOrEndInASlash) {
    EXPECT_TRUE(is_prefix(""));
    EXPECT_TRUE(is_prefix("media/"));
    EXPECT_FALSE(is_prefix("../"));
}

}  // namespace
}  // namespace reelshare::objects
