#include "media/loudness.hpp"

#include "media/av.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace reelshare::media {
namespace {

std::optional<Loudness> loudness_of_tone(double amplitude) {
    std::vector<float> samples(kSampleRate * 3);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<float>(
            amplitude * std::sin(2 * std::numbers::pi * 997 * static_cast<double>(i) / kSampleRate)
        );
    LoudnessMeter meter;
    meter.add(samples.data(), samples.data(), samples.size());
    return meter.result();
}

TEST(Loudness, AgreesWithEbuTech3341) {
    // A tone of 1 kHz at -23 dBFS on both channels is -23 LUFS.
    const auto loudness = loudness_of_tone(std::pow(10, -23.0 / 20));
    ASSERT_TRUE(loudness);
    EXPECT_NEAR(loudness->integrated, -23, 0.1);
    EXPECT_NEAR(loudness->true_peak, -23, 0.2);
    EXPECT_NEAR(loudness->gain, 9, 0.1);
}

TEST(Loudness, SilenceHasNone) {
    EXPECT_FALSE(loudness_of_tone(0));
}

TEST(Gain, GoesTowardsTheTarget) {
    EXPECT_DOUBLE_EQ(gain_for(-20, -12), 6);
    EXPECT_DOUBLE_EQ(gain_for(-8, -1), -6);
    EXPECT_DOUBLE_EQ(gain_for(-14, -6), 0);
}

TEST(Gain, NeverCutsPeaks) {
    EXPECT_DOUBLE_EQ(gain_for(-30, -3), 1.5);
    EXPECT_DOUBLE_EQ(gain_for(-14, 2), -3.5);
}

TEST(Gain, LeavesNoiseAlone) {
    EXPECT_DOUBLE_EQ(gain_for(-60, -40), 0);
    EXPECT_DOUBLE_EQ(gain_for(-45, -30), 12);
}

}  // namespace
}  // namespace reelshare::media
