#include "media/thumb_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

namespace reelshare::media {
namespace {

using Colour = std::array<double, 3>;  ///< 0 to 1

std::vector<std::uint8_t> picture(
    int width, int height, const std::function<Colour(double x, double y)>& paint
) {
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const double value : paint((x + 0.5) / width, (y + 0.5) / height))
                rgb.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
    return rgb;
}

/// The painter of a page, written from the format's description.
class Painter {
  public:
    explicit Painter(const std::vector<std::uint8_t>& hash) : hash_(hash) {
        const int first = hash[0] | hash[1] << 8 | hash[2] << 16;
        const int second = hash[3] | hash[4] << 8;
        landscape_ = (second >> 15) != 0;
        const int edge = std::max(3, second & 7);
        across_ = landscape_ ? 7 : edge;
        down_ = landscape_ ? edge : 7;
        means_ = {(first & 63) / 63.0, (first >> 6 & 63) / 31.5 - 1, (first >> 12 & 63) / 31.5 - 1};
        scales_ = {(first >> 18 & 31) / 31.0, (second >> 3 & 63) / 63.0, (second >> 9 & 63) / 63.0};
    }

    [[nodiscard]] Colour at(double x, double y) const {
        std::size_t next = 0;
        const double l = channel(0, across_, down_, x, y, next);
        const double p = channel(1, 3, 3, x, y, next);
        const double q = channel(2, 3, 3, x, y, next);
        const double blue = l - 2.0 / 3 * p;
        const double red = (3 * l - blue + q) / 2;
        return {red, red - q, blue};
    }

  private:
    double channel(std::size_t which, int across, int down, double x, double y, std::size_t& next)
        const {
        double value = means_[which];
        for (int cy = 0; cy < down; ++cy)
            for (int cx = cy ? 0 : 1; cx * down < across * (down - cy); ++cx, ++next) {
                const int four = hash_[5 + next / 2] >> (next % 2 * 4) & 15;
                value += (four / 7.5 - 1) * scales_[which] * 2 *
                         std::cos(std::numbers::pi * cx * x) * std::cos(std::numbers::pi * cy * y);
            }
        return value;
    }

    const std::vector<std::uint8_t>& hash_;
    bool landscape_;
    int across_;
    int down_;
    std::array<double, 3> means_;
    std::array<double, 3> scales_;
};

TEST(ThumbHash, OneColourComesBack) {
    for (const Colour colour : {Colour{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.2, 0.5, 0.9}}) {
        const auto hash =
            thumb_hash(picture(30, 40, [&](double, double) { return colour; }), 30, 40);
        const Colour back = Painter(hash).at(0.5, 0.5);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(back[i], colour[i], 0.05);
    }
}

TEST(ThumbHash, ShowsWhereItIsBright) {
    const auto paint = [](double, double y) { return y < 0.5 ? Colour{1, 1, 1} : Colour{0, 0, 0}; };
    const auto hash = thumb_hash(picture(54, 96, paint), 54, 96);
    const Painter painter(hash);
    EXPECT_GT(painter.at(0.5, 0.2)[0], painter.at(0.5, 0.8)[0] + 0.5);
}

TEST(ThumbHash, KeepsTheAspect) {
    const auto grey = [](double x, double) { return Colour{x, x, x}; };
    const auto portrait = thumb_hash(picture(45, 80, grey), 45, 80);
    const auto landscape = thumb_hash(picture(80, 45, grey), 80, 45);
    EXPECT_EQ(portrait[4] >> 7, 0);
    EXPECT_EQ(landscape[4] >> 7, 1);
    EXPECT_EQ(portrait[3] & 7, 4);
    EXPECT_EQ(landscape[3] & 7, 4);
}

TEST(ThumbHash, IsShort) {
    const auto paint = [](double x, double y) { return Colour{x, y, x * y}; };
    EXPECT_LE(thumb_hash(picture(100, 100, paint), 100, 100).size(), 25u + 5u);
    EXPECT_LE(thumb_hash(picture(56, 100, paint), 56, 100).size(), 25u);
    EXPECT_EQ(thumb_hash(picture(1, 1, paint), 1, 1).empty(), false);
}

TEST(Base64, EndsRight) {
    const auto of = [](std::vector<std::uint8_t> bytes) { return base64(bytes); };
    EXPECT_EQ(of({}), "");
    EXPECT_EQ(of({'f'}), "Zg==");
    EXPECT_EQ(of({'f', 'o'}), "Zm8=");
    EXPECT_EQ(of({'f', 'o', 'o'}), "Zm9v");
    EXPECT_EQ(of({255, 255, 255, 255}), "/////w==");
}

}  // namespace
}  // namespace reelshare::media
