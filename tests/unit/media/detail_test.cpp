// Which sizes a clip has a use for.

#include "media/detail.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace reelshare::media {
namespace {

constexpr int kGrey = 128;

FramePtr grey_picture(int width, int height) {
    auto frame = new_frame();
    frame->width = width;
    frame->height = height;
    frame->format = AV_PIX_FMT_YUV420P;
    need(av_frame_get_buffer(frame.get(), 0), "test picture");
    for (int plane = 0; plane < 3; ++plane)
        std::memset(
            frame->data[plane], kGrey,
            static_cast<std::size_t>(frame->linesize[plane]) *
                static_cast<std::size_t>(plane == 0 ? height : height / 2)
        );
    return frame;
}

/// Random grains of `grain` pixels: what a camera shows that has so much less than its size.
FramePtr grainy(int width, int height, int grain) {
    auto frame = grey_picture(width, height);
    std::minstd_rand random(7);
    std::vector<std::uint8_t> values(static_cast<std::size_t>(width * height));
    for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(64 + random() % 128);
    const auto at = [&](int x, int y) {
        return static_cast<double>(values[static_cast<std::size_t>(y / grain * width + x / grain)]);
    };
    // Between grains the light goes over smoothly, as lenses do it.
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double right = x % grain / static_cast<double>(grain);
            const double down = y % grain / static_cast<double>(grain);
            const double above = at(x, y) * (1 - right) + at(x + grain, y) * right;
            const double below = at(x, y + grain) * (1 - right) + at(x + grain, y + grain) * right;
            frame->data[0][y * frame->linesize[0] + x] =
                static_cast<std::uint8_t>(above * (1 - down) + below * down);
        }
    return frame;
}

std::string names(const std::vector<Rung>& rungs) {
    std::string all;
    for (const Rung& rung : rungs) all += (all.empty() ? "" : " ") + rung.name;
    return all;
}

std::string chosen(const AVFrame& picture, int times) {
    RungChooser chooser(ladder(picture.width, picture.height));
    for (int i = 0; i < times; ++i) chooser.look(picture);
    return names(chooser.chosen());
}

TEST(Detail, LikenessIsOfTheWorstPlaces) {
    const auto one = grainy(320, 320, 2);
    EXPECT_DOUBLE_EQ(likeness(*one, *one), 1);
    const auto other = grainy(320, 320, 2);
    // A fiftieth of the picture is another.
    for (int y = 0; y < 48; ++y) std::memset(other->data[0] + y * other->linesize[0], kGrey, 48);
    EXPECT_LT(likeness(*one, *other), 0.8);
    EXPECT_GT(likeness(*one, *other), 0);
}

TEST(Detail, FinePicturesNeedAllSizes) {
    EXPECT_EQ(chosen(*grainy(1080, 1920, 2), 3), "1080 720 540 360");
}

TEST(Detail, EnlargedPicturesNeedOnlyWhatTheyWere) {
    EXPECT_EQ(chosen(*grainy(1080, 1920, 12), 3), "360");
    std::size_t longest = chosen(*grainy(1080, 1920, 2), 3).size();
    for (const int grain : {3, 4, 6, 8}) {
        const std::size_t length = chosen(*grainy(1080, 1920, grain), 3).size();
        EXPECT_LE(length, longest) << grain;
        longest = length;
    }
}

TEST(Detail, OneFinePictureIsEnough) {
    RungChooser chooser(ladder(1080, 1920));
    const auto coarse = grainy(1080, 1920, 12);
    for (int i = 0; i < 3; ++i) chooser.look(*coarse);
    EXPECT_FALSE(chooser.is_settled());
    chooser.look(*grainy(1080, 1920, 2));
    EXPECT_TRUE(chooser.is_settled());
    EXPECT_EQ(names(chooser.chosen()), "1080 720 540 360");
}

TEST(Detail, TooLittleSaysNothing) {
    EXPECT_EQ(chosen(*grainy(1080, 1920, 12), 2), "1080 720 540 360");
    EXPECT_EQ(chosen(*grey_picture(1080, 1920), 6), "1080 720 540 360") << "black, or a fade";
}

TEST(Detail, OneSizeIsKept) {
    EXPECT_EQ(chosen(*grey_picture(16, 16), 6), "16");
    EXPECT_EQ(chosen(*grey_picture(2, 2), 6), "2");
}

}  // namespace
}  // namespace reelshare::media
