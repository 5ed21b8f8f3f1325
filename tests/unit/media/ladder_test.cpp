#include "media/ladder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace reelshare::media {
namespace {

std::string sizes(int width, int height) {
    std::string all;
    for (const Rung& rung : ladder(width, height))
        all += (all.empty() ? "" : " ") + std::to_string(rung.width) + "x" +
               std::to_string(rung.height);
    return all;
}

TEST(Ladder, IsByShortEdge) {
    EXPECT_EQ(sizes(1080, 1920), "1080x1920 720x1280 540x960 360x640");
    EXPECT_EQ(sizes(1920, 1080), "1920x1080 1280x720 960x540 640x360");
    EXPECT_EQ(sizes(1080, 1080), "1080x1080 720x720 540x540 360x360");
}

TEST(Ladder, NeverEnlarges) {
    EXPECT_EQ(sizes(2160, 3840), "1080x1920 720x1280 540x960 360x640");
    EXPECT_EQ(sizes(200, 200), "200x200");
    EXPECT_EQ(sizes(854, 480), "854x480 640x360");
    EXPECT_EQ(sizes(642, 642), "642x642 540x540 360x360");
    // Hardly more than a step: the step alone.
    EXPECT_EQ(sizes(370, 658), "360x640");
}

TEST(Ladder, SizesAreEven) {
    EXPECT_EQ(sizes(161, 121), "160x120");
    EXPECT_EQ(sizes(1, 1), "2x2");
    for (int width = 1; width < 3000; width += 37)
        for (const Rung& rung : ladder(width, 1001)) {
            EXPECT_EQ(rung.width % 2, 0) << width;
            EXPECT_EQ(rung.height % 2, 0) << width;
            EXPECT_EQ(rung.name, std::to_string(std::min(rung.width, rung.height)));
        }
}

TEST(Ladder, SmallerRungsMayCarryLess) {
    const auto rungs = ladder(1080, 1920);
    EXPECT_TRUE(std::ranges::is_sorted(rungs, std::greater{}, &Rung::maxrate_kbps));
}

TEST(Ladder, SpendsNoMoreThanTheSource) {
    const auto rich = ladder(1080, 1920, 50'000);
    const auto unknown = ladder(1080, 1920);
    for (std::size_t i = 0; i < rich.size(); ++i)
        EXPECT_EQ(rich[i].maxrate_kbps, unknown[i].maxrate_kbps);
    const auto starved = ladder(1080, 1920, 1'200);
    EXPECT_EQ(starved.front().maxrate_kbps, 1'200);
    EXPECT_EQ(starved.front().bufsize_kbps, 1'800);
    // 720 wide: 0.44 of the pixels, 0.54 of the bits.
    EXPECT_NEAR(starved[1].maxrate_kbps, 653, 2);
    EXPECT_LE(starved.back().maxrate_kbps, 300);
    // Four times as many pixels are in the source as are kept.
    EXPECT_EQ(ladder(2160, 3840, 10'000).front().maxrate_kbps, 3'535);
    EXPECT_EQ(ladder(1080, 1920, 5).front().maxrate_kbps, 150);
}

}  // namespace
}  // namespace reelshare::media
