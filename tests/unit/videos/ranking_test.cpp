#include "videos/ranking.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace reelshare::videos::ranking {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kNow = 20'000 * kDay;

/// What the stored number stands for at a time: the events' weights, each halved per day.
double worth(double trend, std::int64_t at) {
    return std::exp2(trend - static_cast<double>(at) / static_cast<double>(kDay));
}

TEST(Trend, IsTheSumOfFadedEvents) {
    double trend = first_trend(kNow);
    EXPECT_NEAR(worth(trend, kNow), 1, 1e-6);
    trend = raised(trend, kLike, kNow + kDay);
    EXPECT_NEAR(worth(trend, kNow + kDay), 0.5 + kLike, 1e-6);
    trend = raised(trend, kView, kNow + 3 * kDay);
    EXPECT_NEAR(worth(trend, kNow + 3 * kDay), (0.5 + kLike) / 4 + 1, 1e-6);
}

TEST(Trend, TheOrderOfEventsDoesNotMatter) {
    const double one = raised(raised(first_trend(kNow), kLike, kNow + kHour), kView, kNow + kDay);
    const double two = raised(raised(first_trend(kNow), kView, kNow + kDay), kLike, kNow + kHour);
    EXPECT_NEAR(one, two, 1e-9);
}

TEST(Trend, TheOrderOfPostsDoesNotChangeByTime) {
    const double busy = raised(first_trend(kNow), 100, kNow);
    const double quiet = raised(first_trend(kNow), 10, kNow);
    for (const std::int64_t later : {kDay, 30 * kDay, 900 * kDay})
        EXPECT_GT(worth(busy, kNow + later), worth(quiet, kNow + later));
}

TEST(Trend, ALikeTakenBackLeavesNothing) {
    const double before = raised(first_trend(kNow), 7, kNow + kHour);
    const double after =
        lowered(raised(before, kLike, kNow + 5 * kHour), kLike, kNow + 5 * kHour, kNow);
    EXPECT_NEAR(after, before, 1e-9);
    double toggled = first_trend(kNow);
    for (int i = 0; i < 1000; ++i)
        toggled = lowered(raised(toggled, kLike, kNow + i), kLike, kNow + i, kNow);
    EXPECT_NEAR(toggled, first_trend(kNow), 1e-6);
    // Never below its birth, whatever the arithmetic lost.
    EXPECT_EQ(lowered(first_trend(kNow), kLike, kNow + kDay, kNow), first_trend(kNow));
}

TEST(Trend, ACrowdOfTodayBeatsALargerOneOfLastWeek) {
    double last_week = first_trend(kNow - 7 * kDay);
    for (int i = 0; i < 1000; ++i) last_week = raised(last_week, kView, kNow - 7 * kDay + i);
    double today = first_trend(kNow - kHour);
    for (int i = 0; i < 20; ++i) today = raised(today, kView, kNow - kHour + i);
    EXPECT_GT(today, last_week);
    double yesterday = first_trend(kNow - kDay);
    for (int i = 0; i < 100; ++i) yesterday = raised(yesterday, kView, kNow - kDay + i);
    EXPECT_GT(yesterday, today);
}

TEST(Trend, MillionsOfEventsStayANumber) {
    double trend = first_trend(kNow);
    for (int i = 0; i < 1'000'000; ++i) trend = raised(trend, kView, kNow);
    EXPECT_NEAR(worth(trend, kNow), 1'000'001, 10);
    EXPECT_EQ(raised(trend, 0, kNow), trend);
}

}  // namespace
}  // namespace reelshare::videos::ranking
