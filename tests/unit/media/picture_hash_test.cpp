#include "media/picture_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace reelshare::media {
namespace {

HashInput painted(const std::function<double(double x, double y)>& paint) {
    HashInput out{};
    for (int y = 0; y < kHashEdge; ++y)
        for (int x = 0; x < kHashEdge; ++x)
            out[static_cast<std::size_t>(y * kHashEdge + x)] = static_cast<std::uint8_t>(
                std::clamp(paint((x + 0.5) / kHashEdge, (y + 0.5) / kHashEdge), 0.0, 255.0)
            );
    return out;
}

/// A scene out of a few blobs.
std::function<double(double, double)> scene(unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> place(0, 1);
    struct Blob {
        double x, y, size, light;
    };
    std::vector<Blob> blobs;
    for (int i = 0; i < 8; ++i)
        blobs.push_back(
            {place(random), place(random), 0.1 + place(random) / 4, place(random) * 300 - 150}
        );
    return [blobs](double x, double y) {
        double value = 120;
        for (const Blob& blob : blobs)
            value += blob.light * std::exp(
                                      -(std::pow(x - blob.x, 2) + std::pow(y - blob.y, 2)) /
                                      (2 * blob.size * blob.size)
                                  );
        return value;
    };
}

TEST(PictureHash, StaysWhenMadeBrighterOrNoisy) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto paint = scene(seed);
        std::mt19937 random(seed);
        // What is left of a camera's grain when a picture is squeezed to 32x32.
        std::normal_distribution<double> grain(0, 0.3);
        const auto plain = picture_hash(painted(paint));
        const auto other = picture_hash(painted([&](double x, double y) {
            return 0.9 * std::clamp(paint(x, y), 0.0, 255.0) + 15 + grain(random);
        }));
        ASSERT_TRUE(plain && other);
        EXPECT_LE(distance(*plain, *other), 8) << seed;
    }
}

TEST(PictureHash, TellsScenesApart) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto one = picture_hash(painted(scene(seed)));
        const auto other = picture_hash(painted(scene(seed + 1000)));
        ASSERT_TRUE(one && other);
        EXPECT_GE(distance(*one, *other), 14) << seed;
    }
}

TEST(PictureHash, PlainPicturesHaveNone) {
    EXPECT_FALSE(picture_hash(painted([](double, double) { return 16; })));
    EXPECT_FALSE(picture_hash(painted([](double, double) { return 235; })));
    std::mt19937 random(1);
    std::normal_distribution<double> grain(0, 2);
    EXPECT_FALSE(picture_hash(painted([&](double, double) { return 90 + grain(random); })));
}

TEST(PictureHash, DistanceCountsBits) {
    EXPECT_EQ(distance(0, 0), 0);
    EXPECT_EQ(distance(0b1011, 0b0010), 2);
    EXPECT_EQ(distance(0, ~std::uint64_t{0}), 64);
}

}  // namespace
}  // namespace reelshare::media
