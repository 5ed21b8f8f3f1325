#include "media/storyboard.hpp"

#include "media/picture_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace reelshare::media {

namespace {

constexpr std::int64_t kMostTiles = 50;
constexpr int kColumns = 10;
constexpr int kLongEdge = 160;
constexpr int kQuality = 55;
constexpr int kBlack = 16;
constexpr int kGrey = 128;

/// As even steps as whole seconds allow.
std::int64_t interval_of(std::int64_t duration) {
    const std::int64_t seconds = (duration + kVideoClock - 1) / kVideoClock;
    return std::max<std::int64_t>(1, (seconds + kMostTiles - 1) / kMostTiles) * kVideoClock;
}

}  // namespace

StoryboardMaker::StoryboardMaker(std::int64_t duration)
    : interval_(interval_of(duration)),
      most_(static_cast<int>(std::max<std::int64_t>(1, (duration + interval_ - 1) / interval_))) {}

void StoryboardMaker::begin(const AVFrame& picture) {
    const PictureSize tile = fitted(picture, kLongEdge);
    board_.columns = std::min(kColumns, most_);
    board_.tile_width = tile.width;
    board_.tile_height = tile.height;
    board_.interval = static_cast<double>(interval_) / kVideoClock;
    sheet_ = new_frame();
    sheet_->width = tile.width * board_.columns;
    sheet_->height = tile.height * ((most_ + kColumns - 1) / kColumns);
    sheet_->format = AV_PIX_FMT_YUV420P;
    need(av_frame_get_buffer(sheet_.get(), 0), "storyboard");
    for (int plane = 0; plane < 3; ++plane) {
        const int rows = plane == 0 ? sheet_->height : sheet_->height / 2;
        std::memset(
            sheet_->data[plane], plane == 0 ? kBlack : kGrey,
            static_cast<std::size_t>(sheet_->linesize[plane]) * static_cast<std::size_t>(rows)
        );
    }
    scaler_ = owned<SwsPtr>(sws_getContext(
        picture.width, picture.height, AV_PIX_FMT_YUV420P, tile.width, tile.height,
        AV_PIX_FMT_YUV420P, SWS_AREA, nullptr, nullptr, nullptr
    ));
}

void StoryboardMaker::place(const AVFrame& picture, int tile) {
    const int x = tile % board_.columns * board_.tile_width;
    const int y = tile / board_.columns * board_.tile_height;
    std::array<std::uint8_t*, 4> target{};
    for (std::size_t plane = 0; plane < 3; ++plane) {
        const int half = plane == 0 ? 1 : 2;
        target[plane] = sheet_->data[plane] +
                        static_cast<std::ptrdiff_t>(y / half) * sheet_->linesize[plane] + x / half;
    }
    sws_scale(
        scaler_.get(), picture.data, picture.linesize, 0, picture.height, target.data(),
        sheet_->linesize
    );
    board_.count = tile + 1;
}

void StoryboardMaker::offer(const AVFrame& picture, std::int64_t pts) {
    if (board_.count >= most_) return;
    if (!sheet_) begin(picture);
    // The first picture of each interval; where one has none, the next stands for it too.
    while (board_.count < most_ && pts >= board_.count * interval_) place(picture, board_.count);
}

std::optional<Storyboard> StoryboardMaker::finish(int directory) {
    if (!sheet_) return std::nullopt;
    board_.file = "storyboard.webp";
    // Rows that stayed empty are left out.
    sheet_->height = board_.tile_height * ((board_.count + board_.columns - 1) / board_.columns);
    write_webp(*sheet_, kQuality, directory, board_.file);
    return board_;
}

}  // namespace reelshare::media
