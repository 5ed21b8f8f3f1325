#include "importing/texts.hpp"

#include <gtest/gtest.h>

namespace reelshare::importing {
namespace {

TEST(Texts, AreTrimmedAndCutByCharacters) {
    EXPECT_EQ(fitted("  two words\n", 40), "two words");
    EXPECT_EQ(fitted("Zoë Ångström", 3), "Zoë");
    EXPECT_EQ(fitted("🙂🙂🙂", 2), "🙂🙂");
    EXPECT_EQ(fitted("exact", 5), "exact");
}

TEST(Texts, SayWhenTheyWereCut) {
    std::int64_t cut = 0;
    EXPECT_EQ(fitted(" abc ", 3, cut), "abc");
    EXPECT_EQ(cut, 0);
    EXPECT_EQ(fitted("abcd", 3, cut), "abc");
    EXPECT_EQ(cut, 1);
}

TEST(Texts, OfNothingButSpaceAreEmpty) {
    EXPECT_EQ(fitted("", 5), "");
    EXPECT_EQ(fitted(" \t\r\n", 5), "");
}

}  // namespace
}  // namespace reelshare::importing
