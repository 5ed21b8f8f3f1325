#include "media/rendition_encoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>

namespace reelshare::media {

namespace {

/// Pictures between decoder and encoder: enough to smooth over expensive ones.
constexpr std::size_t kQueue = 3;
/// Far more than 2 s at 60 pictures a second, so that x264 sets no keyframe but those asked for.
constexpr int kNoKeyframes = 600;

CodecPtr open_x264(const EncoderOptions& options, EncoderWords& words) {
    const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
    if (!codec) throw std::runtime_error("no x264");
    auto encoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    const Rung& rung = options.rung;
    encoder->opaque = &words;
    encoder->width = rung.width;
    encoder->height = rung.height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->sample_aspect_ratio = {1, 1};
    encoder->time_base = kVideoTime;
    encoder->framerate = av_d2q(options.frame_rate, 1001'000);
    encoder->gop_size = kNoKeyframes;
    encoder->keyint_min = kNoKeyframes;
    encoder->rc_max_rate = std::int64_t{rung.maxrate_kbps} * 1000;
    encoder->rc_buffer_size = rung.bufsize_kbps * 1000;
    // Coding times follow showing times by two pictures; where those are far apart, libavformat
    // (and with it players) would take the track for longer than it is.
    if (options.uneven) encoder->max_b_frames = 0;
    encoder->thread_count = options.threads;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    void* x264 = encoder->priv_data;
    need(av_opt_set(x264, "preset", rung.preset, 0), "preset");
    // Bits go where they are seen: more to what is plain, fewer to what is busy (its aq-mode 2).
    need(av_opt_set(x264, "tune", "ssim", 0), "tune");
    need(av_opt_set_int(x264, "rc-lookahead", rung.lookahead, 0), "rc-lookahead");
    // A thread for looking ahead holds some pictures more, and has no core of its own here.
    if (options.threads <= 2)
        need(av_opt_set(x264, "x264-params", "sync-lookahead=0", 0), "sync-lookahead");
    need(av_opt_set(x264, "profile", "high", 0), "profile");
    need(av_opt_set_double(x264, "crf", rung.crf, 0), "crf");
    need(av_opt_set_int(x264, "forced-idr", 1, 0), "forced-idr");
    // Two hundredths of the encoder's time.
    need(av_opt_set_int(x264, "ssim", 1, 0), "ssim");
    need(avcodec_open2(encoder.get(), codec, nullptr), "x264");
    return encoder;
}

std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters_of(
    const AVCodecContext& encoder
) {
    std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters(
        avcodec_parameters_alloc(), [](AVCodecParameters* p) { avcodec_parameters_free(&p); }
    );
    if (!parameters) throw std::bad_alloc();
    need(avcodec_parameters_from_context(parameters.get(), &encoder), "x264");
    return parameters;
}

}  // namespace

RenditionEncoder::RenditionEncoder(EncoderOptions options, AudioTrack& sound)
    : options_(std::move(options)),
      encoder_(open_x264(options_, words_)),
      file_(
          options_.directory,
          options_.rung.name + ".mp4",
          *parameters_of(*encoder_),
          sound,
          options_.duration
      ),
      thread_([this] { run(); }) {}

RenditionEncoder::~RenditionEncoder() {
    {
        const std::lock_guard lock(mutex_);
        abandoned_ = closed_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void RenditionEncoder::push(const AVFrame& picture, std::int64_t pts) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || queue_.size() < kQueue; });
    if (failure_) std::rethrow_exception(failure_);
    queue_.push_back({share(picture), pts});
    changed_.notify_all();
}

std::optional<RenditionEncoder::Item> RenditionEncoder::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !queue_.empty(); });
    if (queue_.empty() || abandoned_) return std::nullopt;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify_all();
    return item;
}

void RenditionEncoder::run() {
    try {
        while (auto item = next()) {
            AVFrame& picture = *item->picture;
            picture.pts = item->pts;
            picture.pict_type = AV_PICTURE_TYPE_NONE;
            if (item->pts >= keyframe_at_) {
                picture.pict_type = AV_PICTURE_TYPE_I;
                keyframe_at_ = (item->pts / kSegmentTicks + 1) * kSegmentTicks;
            }
            ++pictures_;
            encode(&picture);
            options_.encoded(item->pts);
        }
        if (!abandoned_) encode(nullptr);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        changed_.notify_all();
    }
}

void RenditionEncoder::encode(AVFrame* picture) {
    need(avcodec_send_frame(encoder_.get(), picture), "x264");
    for (;;) {
        auto packet = new_packet();
        const int got = avcodec_receive_packet(encoder_.get(), packet.get());
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return;
        need(got, "x264");
        file_.add(std::move(packet));
    }
}

Rendition RenditionEncoder::finish() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
    Rendition rendition;
    rendition.name = options_.rung.name;
    rendition.width = options_.rung.width;
    rendition.height = options_.rung.height;
    const double seconds = static_cast<double>(options_.duration) / kVideoClock;
    rendition.frame_rate =
        std::clamp(static_cast<double>(pictures_) / std::max(seconds, 0.001), 0.001, 60.0);
    file_.finish(rendition);
    encoder_.reset();
    rendition.ssim = std::clamp(words_.ssim, 0.0, 1.0);
    return rendition;
}

}  // namespace reelshare::media
