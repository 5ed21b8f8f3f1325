#include "media/pacer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace reelshare::media {
namespace {

constexpr std::int64_t kSecond = kVideoClock;

/// When pictures that come at `pts` are shown.
std::vector<std::int64_t> pace(std::int64_t duration, const std::vector<std::int64_t>& pts) {
    std::vector<std::int64_t> shown;
    Pacer pacer(duration, [&](const AVFrame&, std::int64_t at) { shown.push_back(at); });
    for (const std::int64_t at : pts) pacer.push(new_frame(), at);
    pacer.finish();
    return shown;
}

TEST(Pacer, KeepsUnevenTimes) {
    const std::vector<std::int64_t> uneven = {0, 3000, 7000, 20'000, 80'000};
    EXPECT_EQ(pace(kSecond, uneven), uneven);
}

TEST(Pacer, ShowsAtMostSixtyASecond) {
    std::vector<std::int64_t> fast;
    for (int i = 0; i < 240; ++i) fast.push_back(i * kSecond / 240);
    const auto shown = pace(kSecond, fast);
    EXPECT_GE(shown.size(), 58U);
    EXPECT_LE(shown.size(), 67U);
    std::vector<std::int64_t> sixty;
    for (int i = 0; i < 60; ++i) sixty.push_back(i * kSecond / 60);
    EXPECT_EQ(pace(kSecond, sixty), sixty);
}

TEST(Pacer, FillsPausesAndTheEnd) {
    EXPECT_EQ(
        pace(3 * kSecond, {0, 2 * kSecond}),
        (std::vector<std::int64_t>{0, 45'000, 90'000, 135'000, 180'000})
    );
    // One picture and three seconds of sound.
    EXPECT_EQ(
        pace(3 * kSecond, {0}),
        (std::vector<std::int64_t>{0, 45'000, 90'000, 135'000, 180'000, 225'000})
    );
}

TEST(Pacer, BeginsAtZeroAndNeverGoesBack) {
    EXPECT_EQ(
        pace(kSecond, {4000, 3000, 9000, 9000, 8000}), (std::vector<std::int64_t>{0, 3000, 9000})
    );
}

}  // namespace
}  // namespace reelshare::media
