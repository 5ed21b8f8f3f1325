#include "media/upright.hpp"

#include <gtest/gtest.h>

#include <array>

namespace reelshare::media {
namespace {

constexpr std::int32_t kOne = 1 << 16;

struct Turn {
    const char* name;
    std::array<std::int32_t, 9> matrix;  ///< a b u c d v x y w
    bool transpose, flip_x, flip_y;
};

class OrientationOf : public testing::TestWithParam<Turn> {};

TEST_P(OrientationOf, IsReadOffTheMatrix) {
    const auto found = orientation_of(GetParam().matrix.data());
    EXPECT_EQ(found.transpose, GetParam().transpose);
    EXPECT_EQ(found.flip_x, GetParam().flip_x);
    EXPECT_EQ(found.flip_y, GetParam().flip_y);
}

INSTANTIATE_TEST_SUITE_P(
    Turns,
    OrientationOf,
    testing::Values(
        Turn{"Upright", {kOne, 0, 0, 0, kOne, 0, 0, 0, 1 << 30}, false, false, false},
        Turn{"Clockwise", {0, kOne, 0, -kOne, 0, 0, 0, 0, 1 << 30}, true, true, false},
        Turn{"HalfTurn", {-kOne, 0, 0, 0, -kOne, 0, 0, 0, 1 << 30}, false, true, true},
        Turn{"Counterclockwise", {0, -kOne, 0, kOne, 0, 0, 0, 0, 1 << 30}, true, false, true},
        Turn{"Mirrored", {-kOne, 0, 0, 0, kOne, 0, 0, 0, 1 << 30}, false, true, false},
        Turn{"UpsideDown", {kOne, 0, 0, 0, -kOne, 0, 0, 0, 1 << 30}, false, false, true},
        Turn{"Transposed", {0, kOne, 0, kOne, 0, 0, 0, 0, 1 << 30}, true, false, false},
        Turn{"AlmostUpright", {kOne - 5, 300, 0, -300, kOne, 0, 0, 0, 1 << 30}, false, false, false}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(OrientationOf, NoMatrixIsUpright) {
    EXPECT_FALSE(orientation_of(nullptr).transpose);
}

TEST(UprightSize, AppliesAspectAndTurn) {
    EXPECT_EQ(upright_size(1920, 1080, {1, 1}, {}), (Size{1920, 1080}));
    EXPECT_EQ(upright_size(1920, 1080, {1, 1}, {.transpose = true}), (Size{1080, 1920}));
    // 1440x1080 with 4:3 pixels is 16:9: the wide direction keeps its pixels.
    EXPECT_EQ(upright_size(1440, 1080, {4, 3}, {}), (Size{1440, 810}));
    EXPECT_EQ(upright_size(720, 576, {1, 2}, {}), (Size{360, 576}));
    EXPECT_EQ(upright_size(1080, 1920, {1000, 999}, {}), (Size{1080, 1920}));
    EXPECT_EQ(upright_size(100, 100, {0, 1}, {}), (Size{100, 100}));
    EXPECT_EQ(upright_size(100, 100, {1'000'000, 1}, {}), (Size{100, 100}));
}

}  // namespace
}  // namespace reelshare::media
