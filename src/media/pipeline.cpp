#include "media/pipeline.hpp"

#include "media/bounds.hpp"
#include "media/detail.hpp"
#include "media/extras.hpp"
#include "media/failure.hpp"
#include "media/input.hpp"
#include "media/pacer.hpp"
#include "media/poster.hpp"
#include "media/remux.hpp"
#include "media/rendition_encoder.hpp"
#include "media/scaler.hpp"
#include "media/sound.hpp"
#include "media/stopwatch.hpp"
#include "media/timeline.hpp"
#include "media/upright.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

namespace reelshare::media {

namespace {

using Clock = std::chrono::steady_clock;

unsigned thread_count(const Job& job) {
    return job.threads ? job.threads : std::max(1u, std::thread::hardware_concurrency());
}

bool is_interlaced(const AVStream& stream) {
    const AVFieldOrder order = stream.codecpar->field_order;
    return order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
}

/// How far all encoders are together, weighed by their pixels.
class Meter {
  public:
    Meter(const std::vector<Rung>& rungs, std::int64_t duration, std::function<void(double)> tell)
        : duration_(static_cast<double>(std::max<std::int64_t>(1, duration))),
          tell_(std::move(tell)),
          done_(rungs.size()) {
        for (const Rung& rung : rungs)
            weights_.push_back(static_cast<double>(rung.width) * rung.height);
    }
    void encoded(std::size_t rung, std::int64_t pts) {
        done_[rung].store(pts, std::memory_order_relaxed);
        double all = 0;
        double sum = 0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            all += weights_[i];
            sum += weights_[i] * static_cast<double>(done_[i].load(std::memory_order_relaxed)) /
                   duration_;
        }
        tell_(std::clamp(sum / all, 0.0, 0.99));
    }

  private:
    double duration_;
    std::function<void(double)> tell_;
    std::vector<double> weights_;
    std::vector<std::atomic<std::int64_t>> done_;
};

/// All that is made of a clip, or only what can be shown soonest.
enum class Extent : std::uint8_t { whole, quick };

constexpr const char* kQuickName = "early";
/// Of x264, where only time counts.
constexpr const char* kQuickPreset = "ultrafast";
/// A clip that was cut off or damaged must have so much left to be worth showing.
constexpr std::int64_t kLeastLeft = kVideoClock;

class Pipeline {
  public:
    Pipeline(
        Extent extent,
        const Job& job,
        int input,
        int directory,
        const Timeline& timeline,
        std::function<void(double)> progress
    )
        : extent_(extent),
          job_(job),
          input_(input),
          directory_(directory),
          progress_(std::move(progress)),
          timeline_(timeline),
          duration_(
              std::max<std::int64_t>(1, av_rescale_q(timeline_.duration, kMillionths, kVideoTime))
          ),
          source_(input, job),
          sound_(input, job, timeline_),
          poster_(moment(job)),
          extras_(duration_, moment(job)),
          pacer_(duration_, [this](const AVFrame& frame, std::int64_t pts) { emit(frame, pts); }) {
        progress_(0);
    }

    Report run() {
        source_.only(source_.video());
        decoder_ = open_decoder(*source_.video(), job_);
        auto packet = new_packet();
        while (source_.read(*packet)) {
            // What is damaged is left out; the decoder says which pictures are left.
            if (avcodec_send_packet(decoder_.get(), packet.get()) == 0)
                drain();
            else
                ++damaged_;
        }
        avcodec_send_packet(decoder_.get(), nullptr);
        drain();
        if (!upright_ || (is_damaged() && shown_until_ < kLeastLeft)) fail_unreadable();
        upright_->finish();
        forward();
        pacer_.finish();
        stages_.push_back(watch_.lap("encode"));
        return report();
    }

  private:
    static std::optional<std::int64_t> moment(const Job& job) {
        if (!job.thumbnail_at) return std::nullopt;
        return static_cast<std::int64_t>(*job.thumbnail_at * kVideoClock);
    }

    void drain() {
        auto frame = new_frame();
        while (avcodec_receive_frame(decoder_.get(), frame.get()) >= 0) {
            take(*frame);
            av_frame_unref(frame.get());
        }
    }

    void take(AVFrame& frame) {
        const auto pixels =
            static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
        if (frame.width <= 0 || frame.height <= 0 || pixels > job_.max_pixels) return;
        if (frame.best_effort_timestamp == AV_NOPTS_VALUE) return;
        // A packet may hold several.
        if (++pictures_ > most_packets(job_)) fail_too_many_parts();
        if (side_data_of(frame) > kMostSideData) fail_side_data();
        if (frame.decode_error_flags != 0) ++damaged_;
        if (!upright_) prepare(frame);
        const std::int64_t start = av_rescale_q(timeline_.start, kMillionths, kVideoTime);
        frame.pts =
            av_rescale_q(frame.best_effort_timestamp, source_.video()->time_base, kVideoTime) -
            start;
        if (frame.pts < 0) return;
        shown_until_ = std::max(shown_until_, frame.pts);
        upright_->push(frame);
        forward();
    }

    /// What the first picture decides: sizes, rungs, encoders.
    void prepare(AVFrame& frame) {
        const Orientation orientation = orientation_of(display_matrix(*source_.video()));
        const Size whole =
            upright_size(frame.width, frame.height, source_.pixel_aspect(frame), orientation);
        std::vector<Rung> rungs = ladder(whole.width, whole.height, timeline_.worth_kbps);
        if (extent_ == Extent::quick) {
            rungs = {rungs.back()};
            rungs.front().name = kQuickName;
            rungs.front().preset = kQuickPreset;
            rungs.front().lookahead = 0;
        } else {
            rungs = worth_making(std::move(rungs), job_, input_, timeline_);
        }
        rungs.front().crf = std::min(rungs.front().crf, kBestCrf);
        const unsigned threads = thread_count(job_);
        upright_ = std::make_unique<Upright>(
            orientation, Size{rungs.front().width, rungs.front().height},
            is_interlaced(*source_.video()), threads
        );
        scaler_ = std::make_unique<Scaler>(rungs);
        meter_ = std::make_unique<Meter>(rungs, duration_, progress_);
        for (std::size_t i = 0; i < rungs.size(); ++i) {
            EncoderOptions options;
            options.rung = rungs[i];
            options.frame_rate = std::min(timeline_.frame_rate, 60.0);
            options.uneven = timeline_.uneven;
            options.duration = duration_;
            options.directory = directory_;
            // The largest is half of all the work.
            options.threads = i == 0 ? static_cast<int>(std::min(threads, 16u)) : 1;
            options.encoded = [this, i](std::int64_t pts) { meter_->encoded(i, pts); };
            encoders_.push_back(std::make_unique<RenditionEncoder>(std::move(options), sound_));
        }
    }

    void forward() {
        while (FramePtr picture = upright_->pull()) {
            const std::int64_t pts = picture->pts;
            pacer_.push(std::move(picture), pts);
        }
    }

    void emit(const AVFrame& picture, std::int64_t pts) {
        const std::vector<FramePtr> sizes = scaler_->scale(picture);
        poster_.offer(*sizes.front(), *sizes.back(), pts);
        if (extent_ == Extent::whole) extras_.offer(*sizes.back(), pts);
        for (std::size_t i = 0; i < encoders_.size(); ++i) encoders_[i]->push(*sizes[i], pts);
    }

    Report report() {
        if (!poster_.best()) fail_unreadable();
        Report made;
        for (const auto& encoder : encoders_) made.renditions.push_back(encoder->finish());
        made.width = made.renditions.front().width;
        made.height = made.renditions.front().height;
        made.duration = static_cast<double>(duration_) / kVideoClock;
        made.has_audio = sound_.parameters() != nullptr;
        made.placeholder = mean_colour(*poster_.best());
        made.thumb_hash = thumb_hash_of(*poster_.best());
        made.loudness = sound_.loudness();
        made.warning = warning();
        if (extent_ == Extent::whole) {
            extras_.finish(directory_, made);
            made.posters = write_posters(*poster_.best(), directory_);
        } else {
            if (const auto look = hash_of(*poster_.best())) made.hashes.push_back({0, *look});
            made.posters = write_posters(*poster_.best(), directory_, kQuickName);
        }
        made.source = source_.describe();
        made.source["duration"] = made.duration;
        const double bytes = made.source["size"].to_number<double>();
        made.source["bit_rate"] = std::round(bytes * 8 / made.duration);
        made.wall_seconds = std::chrono::duration<double>(Clock::now() - began_).count();
        made.speed = made.duration / std::max(made.wall_seconds, 0.001);
        if (made.has_audio) stages_.push_back(sound_.stage());
        stages_.push_back(watch_.lap("finish"));
        made.stages = std::move(stages_);
        return made;
    }

    /// More than the few pictures that some files cannot show at their begin.
    [[nodiscard]] bool is_damaged() const {
        return timeline_.missing > 0 || damaged_ > std::max<std::int64_t>(3, pictures_ / 20);
    }

    [[nodiscard]] std::string warning() const {
        const double there = static_cast<double>(duration_) / kVideoClock;
        if (timeline_.missing > 0)
            return fmt::format(
                "The end of the file is missing: {:.1f} of {:.1f} seconds are there.", there,
                there + timeline_.missing
            );
        if (is_damaged()) return "The file is damaged in places. What could be read is kept.";
        return {};
    }

    const Clock::time_point began_ = Clock::now();
    Stopwatch watch_;
    std::vector<Stage> stages_;
    const Extent extent_;
    const Job& job_;
    int input_;
    int directory_;
    std::function<void(double)> progress_;
    Timeline timeline_;
    std::int64_t duration_;  ///< In kVideoTime.
    Input source_;
    Sound sound_;
    CodecPtr decoder_;
    std::unique_ptr<Upright> upright_;
    std::unique_ptr<Scaler> scaler_;
    std::unique_ptr<Meter> meter_;
    PosterPicker poster_;
    Extras extras_;
    Pacer pacer_;
    std::vector<std::unique_ptr<RenditionEncoder>> encoders_;
    std::int64_t pictures_ = 0;  ///< Decoded.
    std::int64_t damaged_ = 0;   ///< Packets or pictures of them.
    std::int64_t shown_until_ = 0;
};

}  // namespace

Report process(const Job& job, int input, int directory, const Listener& listener) {
    Stopwatch watch;
    const Timeline timeline = measure(input, job);
    listener.measured(static_cast<double>(timeline.duration) / AV_TIME_BASE);
    std::vector<Stage> stages{watch.lap("measure")};
    if (job.early) {
        auto early = remux(job, input, directory, timeline);
        if (!early)
            early = Pipeline(Extent::quick, job, input, directory, timeline, [](double) {}).run();
        listener.playable(*early);
        stages.push_back(watch.lap("early"));
    }
    Report report =
        Pipeline(Extent::whole, job, input, directory, timeline, listener.progress).run();
    report.stages.insert(report.stages.begin(), stages.begin(), stages.end());
    return report;
}

}  // namespace reelshare::media
