#include "media/preview.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include "media/picture_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace reelshare::media {

namespace {

constexpr std::int64_t kStep = kVideoClock / 8;
constexpr std::size_t kShown = 24;  ///< 3 s.
/// 15 s of small pictures are 10 MB.
constexpr std::size_t kKept = 120;
constexpr int kLongEdge = 320;
constexpr int kQuality = 45;
constexpr int kEffort = 2;  ///< Of libwebp's 0 to 6; more takes twice the time for a tenth less.

double change(const AVFrame& one, const AVFrame& other) {
    std::int64_t sum = 0;
    for (int y = 0; y < one.height; ++y) {
        const std::uint8_t* a = one.data[0] + static_cast<std::ptrdiff_t>(y) * one.linesize[0];
        const std::uint8_t* b = other.data[0] + static_cast<std::ptrdiff_t>(y) * other.linesize[0];
        for (int x = 0; x < one.width; ++x) sum += std::abs(a[x] - b[x]);
    }
    return static_cast<double>(sum) / (static_cast<double>(one.width) * one.height);
}

CodecPtr open_animation(const AVFrame& picture) {
    const AVCodec* codec = avcodec_find_encoder_by_name("libwebp_anim");
    if (!codec) throw std::runtime_error("no encoder for animated WebP");
    auto encoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    encoder->width = picture.width;
    encoder->height = picture.height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = {1, 1000};
    encoder->thread_count = 1;
    need(av_opt_set_int(encoder->priv_data, "quality", kQuality, 0), "WebP quality");
    encoder->compression_level = kEffort;
    need(avcodec_open2(encoder.get(), codec, nullptr), "animated WebP");
    return encoder;
}

}  // namespace

void PreviewMaker::offer(const AVFrame& picture, std::int64_t pts) {
    if (pts < next_) return;
    if (wanted_ ? pts < *wanted_ || stills_.size() >= kShown : stills_.size() >= kKept) return;
    const PictureSize size = fitted(picture, kLongEdge);
    if (!scaler_)
        scaler_ = owned<SwsPtr>(sws_getContext(
            picture.width, picture.height, AV_PIX_FMT_YUV420P, size.width, size.height,
            AV_PIX_FMT_YUV420P, SWS_AREA, nullptr, nullptr, nullptr
        ));
    auto still = new_frame();
    still->width = size.width;
    still->height = size.height;
    still->format = AV_PIX_FMT_YUV420P;
    need(av_frame_get_buffer(still.get(), 0), "preview");
    sws_scale(
        scaler_.get(), picture.data, picture.linesize, 0, picture.height, still->data,
        still->linesize
    );
    const double changed = stills_.empty() ? 0 : change(*stills_.back().picture, *still);
    stills_.push_back({std::move(still), pts, changed});
    next_ = pts + kStep;
}

/// The window with most change. A cut is one change of many, so each counts up to a bound.
std::size_t PreviewMaker::best_start() const {
    constexpr double kMost = 12;
    if (stills_.size() <= kShown) return 0;
    std::size_t best = 0;
    double most = -1;
    for (std::size_t start = 0; start + kShown <= stills_.size(); ++start) {
        double sum = 0;
        for (std::size_t i = start + 1; i < start + kShown; ++i)
            sum += std::min(kMost, stills_[i].change);
        // Of equals the earliest.
        if (sum > most * 1.05) {
            most = sum;
            best = start;
        }
    }
    return best;
}

std::optional<Preview> PreviewMaker::finish(int directory) {
    if (stills_.size() < 2) return std::nullopt;
    const std::size_t start = best_start();
    const std::size_t end = std::min(start + kShown, stills_.size());
    const AVFrame& first = *stills_[start].picture;
    auto encoder = open_animation(first);
    auto packet = new_packet();
    std::int64_t shown = 0;
    for (std::size_t i = start; i < end; ++i) {
        AVFrame& picture = *stills_[i].picture;
        shown = (stills_[i].pts - stills_[start].pts) * 1000 / kVideoClock;
        picture.pts = shown;
        need(avcodec_send_frame(encoder.get(), &picture), "animated WebP");
    }
    need(avcodec_send_frame(encoder.get(), nullptr), "animated WebP");
    // The whole file is one packet.
    need(avcodec_receive_packet(encoder.get(), packet.get()), "animated WebP");
    Preview preview{"preview.webp", first.width, first.height, 0};
    preview.duration = static_cast<double>(shown + 1000 * kStep / kVideoClock) / 1000;
    write_file(directory, preview.file, *packet);
    return preview;
}

}  // namespace reelshare::media
