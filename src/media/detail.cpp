#include "media/detail.hpp"

#include "media/input.hpp"
#include "media/scaler.hpp"
#include "media/upright.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reelshare::media {

namespace {

/// Above it, nobody tells the two sizes apart (docs/encoding.md).
constexpr double kAlike = 0.975;
/// Fewer could be one blurred moment.
constexpr int kLeastTelling = 3;
/// Of luma: standard deviation of a picture that is not black, or fading.
constexpr double kLeastContrast = 8;
constexpr int kMostPictures = 6;

constexpr int kBlock = 8;

/// SSIM of one block, with the constants of its authors.
double likeness_of_block(
    const std::uint8_t* a, std::ptrdiff_t a_row, const std::uint8_t* b, std::ptrdiff_t b_row
) {
    constexpr double kPixels = kBlock * kBlock;
    constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
    constexpr double kC2 = 0.03 * 255 * 0.03 * 255;
    int sum_a = 0;
    int sum_b = 0;
    int squares = 0;
    int product = 0;
    for (int y = 0; y < kBlock; ++y, a += a_row, b += b_row) {
        for (int x = 0; x < kBlock; ++x) {
            sum_a += a[x];
            sum_b += b[x];
            squares += a[x] * a[x] + b[x] * b[x];
            product += a[x] * b[x];
        }
    }
    const double mean_a = sum_a / kPixels;
    const double mean_b = sum_b / kPixels;
    const double variances = squares / kPixels - mean_a * mean_a - mean_b * mean_b;
    const double covariance = product / kPixels - mean_a * mean_b;
    return (2 * mean_a * mean_b + kC1) * (2 * covariance + kC2) /
           ((mean_a * mean_a + mean_b * mean_b + kC1) * (variances + kC2));
}

FramePtr scaled(const AVFrame& picture, int width, int height) {
    if (picture.width == width && picture.height == height) return share(picture);
    const Rung from{.name = {}, .width = picture.width, .height = picture.height};
    const Rung to{.name = {}, .width = width, .height = height};
    return std::move(Scaler({from, to}).scale(picture).back());
}

double contrast(const AVFrame& picture) {
    double sum = 0;
    double squares = 0;
    for (int y = 0; y < picture.height; ++y) {
        const std::uint8_t* row =
            picture.data[0] + static_cast<std::ptrdiff_t>(y) * picture.linesize[0];
        for (int x = 0; x < picture.width; ++x) {
            sum += row[x];
            squares += row[x] * row[x];
        }
    }
    const double pixels = static_cast<double>(picture.width) * picture.height;
    const double mean = sum / pixels;
    return std::sqrt(std::max(0.0, squares / pixels - mean * mean));
}

/// Whether `picture` looks the same after having been as small as `rung`.
bool survives(const AVFrame& picture, const Rung& rung) {
    const FramePtr small = scaled(picture, rung.width, rung.height);
    return likeness(picture, *scaled(*small, picture.width, picture.height)) >= kAlike;
}

/// The picture of a keyframe alone, or null.
FramePtr decode_alone(AVCodecContext& decoder, const AVPacket& keyframe) {
    auto frame = new_frame();
    const bool sent = avcodec_send_packet(&decoder, &keyframe) == 0;
    avcodec_send_packet(&decoder, nullptr);
    const bool got = sent && avcodec_receive_frame(&decoder, frame.get()) == 0;
    avcodec_flush_buffers(&decoder);
    return got ? std::move(frame) : nullptr;
}

}  // namespace

double likeness(const AVFrame& one, const AVFrame& other) {
    std::vector<double> blocks;
    for (int y = 0; y + kBlock <= one.height; y += kBlock) {
        for (int x = 0; x + kBlock <= one.width; x += kBlock) {
            const std::ptrdiff_t a_row = one.linesize[0];
            const std::ptrdiff_t b_row = other.linesize[0];
            blocks.push_back(likeness_of_block(
                one.data[0] + y * a_row + x, a_row, other.data[0] + y * b_row + x, b_row
            ));
        }
    }
    if (blocks.empty()) return 0;  // Too small to tell.
    const auto worst = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, blocks.size() / 20));
    std::ranges::nth_element(blocks, blocks.begin() + worst - 1);
    return std::accumulate(blocks.begin(), blocks.begin() + worst, 0.0) /
           static_cast<double>(worst);
}

RungChooser::RungChooser(std::vector<Rung> rungs)
    : rungs_(std::move(rungs)), top_(rungs_.size() - 1) {}

void RungChooser::look(const AVFrame& picture) {
    if (contrast(picture) < kLeastContrast) return;
    ++telling_;
    for (std::size_t i = 0; i < top_; ++i) {
        const FramePtr sized = scaled(picture, rungs_[i].width, rungs_[i].height);
        if (!survives(*sized, rungs_[i + 1])) top_ = i;
    }
}

std::vector<Rung> RungChooser::chosen() const {
    if (telling_ < kLeastTelling) return rungs_;
    return {rungs_.begin() + static_cast<std::ptrdiff_t>(top_), rungs_.end()};
}

std::vector<Rung> worth_making(
    std::vector<Rung> rungs, const Job& job, int fd, const Timeline& timeline
) {
    if (rungs.size() == 1) return rungs;
    Input input(fd, job);
    input.only(input.video());
    const CodecPtr decoder = open_decoder(*input.video(), job);
    const Orientation orientation = orientation_of(display_matrix(*input.video()));
    Upright upright(orientation, {rungs.front().width, rungs.front().height}, false, 1);
    RungChooser chooser(std::move(rungs));
    const std::int64_t step = std::max<std::int64_t>(1, timeline.duration / kMostPictures);
    std::int64_t next = timeline.start;
    std::int64_t seen = 0;
    auto packet = new_packet();
    while (seen < kMostPictures && !chooser.is_settled() && input.read(*packet)) {
        if (!(packet->flags & AV_PKT_FLAG_KEY) || packet->pts == AV_NOPTS_VALUE) continue;
        const auto at = av_rescale_q(packet->pts, input.video()->time_base, kMillionths);
        if (at < next) continue;
        next = at + step;
        const FramePtr frame = decode_alone(*decoder, *packet);
        if (!frame) continue;
        const auto pixels =
            static_cast<std::uint64_t>(frame->width) * static_cast<std::uint64_t>(frame->height);
        if (pixels > job.max_pixels) continue;
        frame->pts = seen++ * kVideoClock;
        upright.push(*frame);
        if (const FramePtr picture = upright.pull()) chooser.look(*picture);
    }
    return chooser.chosen();
}

}  // namespace reelshare::media
