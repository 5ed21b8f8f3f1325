// Storyboard, preview and hashes out of pictures that pass by.

#include "media/extras.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

namespace reelshare::media {
namespace {

class ExtrasTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "reelshare-extras-XXXXXX");
        folder_ = ::mkdtemp(pattern.data());
        fd_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    void TearDown() override {
        ::close(fd_);
        std::filesystem::remove_all(folder_);
    }

    /// A bright bar that wanders from left to right.
    static FramePtr picture(int width, int height, double place) {
        auto frame = new_frame();
        frame->width = width;
        frame->height = height;
        frame->format = AV_PIX_FMT_YUV420P;
        need(av_frame_get_buffer(frame.get(), 0), "test picture");
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                frame->data[0][y * frame->linesize[0] + x] =
                    std::abs(x - place * width) < width / 8.0 ? 220 : 40;
        for (int plane = 1; plane < 3; ++plane)
            std::memset(
                frame->data[plane], 128,
                static_cast<std::size_t>(frame->linesize[plane]) *
                    static_cast<std::size_t>(height / 2)
            );
        return frame;
    }
    Report made(double seconds, int width, int height) {
        Extras extras(static_cast<std::int64_t>(seconds * kVideoClock), std::nullopt);
        for (int i = 0; i < seconds * 30; ++i)
            extras.offer(*picture(width, height, i / (seconds * 30)), i * kVideoClock / 30);
        Report report;
        extras.finish(fd_, report);
        return report;
    }

    std::filesystem::path folder_;
    int fd_ = -1;
};

TEST_F(ExtrasTest, StoryboardHasATileForEverySecond) {
    const Report report = made(12.5, 90, 160);
    ASSERT_TRUE(report.storyboard);
    EXPECT_EQ(report.storyboard->count, 13);
    EXPECT_EQ(report.storyboard->columns, 10);
    EXPECT_DOUBLE_EQ(report.storyboard->interval, 1);
    EXPECT_EQ(report.storyboard->tile_width, 90);
    EXPECT_EQ(report.storyboard->tile_height, 160);
    EXPECT_GT(std::filesystem::file_size(folder_ / "storyboard.webp"), 100u);
}

TEST_F(ExtrasTest, LongClipsHaveTilesFurtherApart) {
    StoryboardMaker maker(180 * kVideoClock);
    for (int second = 0; second < 180; ++second)
        maker.offer(*picture(64, 64, 0.5), std::int64_t{second} * kVideoClock);
    const auto board = maker.finish(fd_);
    ASSERT_TRUE(board);
    EXPECT_DOUBLE_EQ(board->interval, 4);
    EXPECT_EQ(board->count, 45);
}

TEST_F(ExtrasTest, OnePictureIsAStoryboardButNoPreview) {
    const Report report = made(1.0 / 30, 64, 64);
    ASSERT_TRUE(report.storyboard);
    EXPECT_EQ(report.storyboard->count, 1);
    EXPECT_FALSE(report.preview);
}

TEST_F(ExtrasTest, PreviewLastsThreeSeconds) {
    const Report report = made(6, 90, 160);
    ASSERT_TRUE(report.preview);
    EXPECT_NEAR(report.preview->duration, 3, 0.2);
    EXPECT_EQ(report.preview->height, 160);
    EXPECT_GT(std::filesystem::file_size(folder_ / "preview.webp"), 500u);
}

TEST_F(ExtrasTest, OneHashForEverySecond) {
    const Report report = made(4, 90, 160);
    ASSERT_EQ(report.hashes.size(), 4u);
    EXPECT_EQ(report.hashes[3].second, 3u);
    EXPECT_NE(report.hashes[0].bits, report.hashes[2].bits);
}

}  // namespace
}  // namespace reelshare::media
