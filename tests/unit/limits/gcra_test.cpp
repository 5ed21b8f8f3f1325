#include "limits/gcra.hpp"

#include <gtest/gtest.h>

namespace reelshare::limits {
namespace {

constexpr Micros kSecond = 1'000'000;
constexpr Policy kTen{10, std::chrono::seconds(60)};

TEST(Gcra, GrantsTheLimitAtOnceAndThenOnePerStep) {
    Micros whole_at = 0;
    const Micros now = 1000 * kSecond;
    for (int i = 9; i >= 0; --i) {
        const Taken taken = take(kTen, whole_at, now, 1);
        EXPECT_EQ(taken.granted, 1);
        EXPECT_EQ(taken.remaining, i);
    }
    const Taken refused = take(kTen, whole_at, now, 1);
    EXPECT_EQ(refused.granted, 0);
    EXPECT_EQ(refused.retry_after, 6 * kSecond);
    EXPECT_EQ(refused.reset, 60 * kSecond);
    EXPECT_EQ(take(kTen, whole_at, now + 6 * kSecond - 1, 1).granted, 0);
    EXPECT_EQ(take(kTen, whole_at, now + 6 * kSecond, 1).granted, 1);
    EXPECT_EQ(take(kTen, whole_at, now + 6 * kSecond, 1).granted, 0);
}

TEST(Gcra, GivesPartOfWhatIsWanted) {
    Micros whole_at = 0;
    EXPECT_EQ(take(kTen, whole_at, kSecond, 7).granted, 7);
    const Taken rest = take(kTen, whole_at, kSecond, 7);
    EXPECT_EQ(rest.granted, 3);
    EXPECT_EQ(rest.remaining, 0);
}

TEST(Gcra, NeverGrantsMoreThanTheLimitInAWindowPlusWhatGrowsAgain) {
    for (const std::uint32_t limit : {1U, 3U, 7U, 1000U}) {
        const Policy policy{limit, std::chrono::seconds(60)};
        Micros whole_at = 0;
        std::int64_t granted = 0;
        for (Micros now = kSecond; now < 61 * kSecond; now += kSecond / 50)
            granted += take(policy, whole_at, now, 1).granted;
        EXPECT_LE(granted, 2 * limit);
        EXPECT_GE(granted, limit);
    }
}

TEST(Gcra, IsWholeAgainAfterAQuietWindow) {
    Micros whole_at = 0;
    EXPECT_EQ(take(kTen, whole_at, kSecond, 10).granted, 10);
    EXPECT_EQ(take(kTen, whole_at, 61 * kSecond, 10).granted, 10);
}

}  // namespace
}  // namespace reelshare::limits
