#include "media/sound.hpp"

#include "media/failure.hpp"

#include <algorithm>
#include <cstdio>

namespace reelshare::media {

namespace {

/// Time stamps may be this far off before sound is cut or silence put in: 40 ms is what ITU-R
/// BT.1359 calls undetectable.
constexpr std::int64_t kTolerance = kSampleRate / 25;
constexpr int kSilence = 4096;

CodecPtr open_aac() {
    const AVCodec* codec = avcodec_find_encoder_by_name("aac");
    if (!codec) throw std::runtime_error("no AAC encoder");
    auto encoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->sample_rate = kSampleRate;
    encoder->time_base = kAudioTime;
    encoder->bit_rate = Sound::kBitRate;
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&encoder->ch_layout, 2);
    need(avcodec_open2(encoder.get(), codec, nullptr), "AAC");
    return encoder;
}

FramePtr new_sound(int samples) {
    auto frame = new_frame();
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = kSampleRate;
    frame->nb_samples = samples;
    av_channel_layout_default(&frame->ch_layout, 2);
    need(av_frame_get_buffer(frame.get(), 0), "sound");
    return frame;
}

}  // namespace

/// Decodes, resamples, puts everything in its place, encodes.
class Sound::Maker {
  public:
    Maker(Sound& sound, int fd, const Job& job, const Timeline& timeline)
        : sound_(sound),
          input_(fd, job),
          timeline_(timeline),
          end_(av_rescale_q(timeline.duration, kMillionths, kAudioTime)) {}

    void run(const Job& job) {
        if (!input_.audio()) return;
        input_.only(input_.audio());
        decoder_ = open_decoder(*input_.audio(), job);
        auto packet = new_packet();
        while (!stopped() && placed_ < end_ && input_.read(*packet)) {
            if (avcodec_send_packet(decoder_.get(), packet.get()) < 0)
                continue;  // Damaged: its place is silence.
            drain();
        }
        avcodec_send_packet(decoder_.get(), nullptr);
        drain();
        if (!encoder_) return;  // Nothing could be decoded.
        add_silence(end_ - placed_);
        encode(true);
    }

  private:
    bool stopped() {
        const std::lock_guard lock(sound_.mutex_);
        return sound_.stop_;
    }

    void drain() {
        auto frame = new_frame();
        while (avcodec_receive_frame(decoder_.get(), frame.get()) >= 0) {
            place(*frame);
            if (encoder_) encode(false);
            av_frame_unref(frame.get());
        }
    }

    /// The resampler for sound of this shape; false where there is none.
    bool prepare(const AVFrame& frame) {
        const bool same = resampler_ && frame.sample_rate == rate_ && frame.format == format_ &&
                          frame.ch_layout.nb_channels == channels_;
        if (same) return true;
        AVChannelLayout stereo{};
        av_channel_layout_default(&stereo, 2);
        AVChannelLayout from = frame.ch_layout;
        if (from.order == AV_CHANNEL_ORDER_UNSPEC)
            av_channel_layout_default(&from, frame.ch_layout.nb_channels);
        SwrContext* made = nullptr;
        const int set = swr_alloc_set_opts2(
            &made, &stereo, AV_SAMPLE_FMT_FLTP, kSampleRate, &from,
            static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr
        );
        resampler_.reset(made);
        if (set < 0 || swr_init(made) < 0) {
            resampler_.reset();
            return false;
        }
        rate_ = frame.sample_rate;
        format_ = frame.format;
        channels_ = frame.ch_layout.nb_channels;
        return true;
    }

    void place(const AVFrame& frame) {
        if (frame.nb_samples <= 0 || frame.sample_rate <= 0 || !prepare(frame)) return;
        const std::int64_t latency = swr_get_delay(resampler_.get(), kSampleRate);
        const int room = swr_get_out_samples(resampler_.get(), frame.nb_samples);
        if (room <= 0) return;
        auto out = new_sound(room);
        const int made = swr_convert(
            resampler_.get(), out->data, room,
            const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples
        );
        if (made <= 0) return;
        std::int64_t at = placed_;
        if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
            const std::int64_t start = av_rescale_q(timeline_.start, kMillionths, kAudioTime);
            at = av_rescale_q(frame.best_effort_timestamp, input_.audio()->time_base, kAudioTime) -
                 start - latency;
        }
        if (!encoder_) {
            encoder_ = open_aac();
            fifo_ =
                owned<FifoPtr>(av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, 2, encoder_->frame_size * 4)
                );
        }
        int skip = 0;
        if (at > placed_ + kTolerance)
            add_silence(std::min(at, end_) - placed_);
        else if (at < placed_ - kTolerance || (placed_ == 0 && at < 0))
            skip = static_cast<int>(std::min<std::int64_t>(placed_ - at, made));
        add(*out, skip, static_cast<int>(std::min<std::int64_t>(made - skip, end_ - placed_)));
    }

    void add(const AVFrame& sound, int skip, int count) {
        if (count <= 0) return;
        void* planes[2] = {
            reinterpret_cast<float*>(sound.data[0]) + skip,
            reinterpret_cast<float*>(sound.data[1]) + skip
        };
        need(av_audio_fifo_write(fifo_.get(), planes, count), "sound buffer");
        placed_ += count;
    }

    void add_silence(std::int64_t samples) {
        if (samples <= 0) return;
        auto quiet = new_sound(kSilence);
        need(av_samples_set_silence(quiet->data, 0, kSilence, 2, AV_SAMPLE_FMT_FLTP), "silence");
        for (; samples > 0; samples -= kSilence) {
            add(*quiet, 0, static_cast<int>(std::min<std::int64_t>(samples, kSilence)));
            encode(false);
        }
    }

    void encode(bool last) {
        const int full = encoder_->frame_size;
        while (av_audio_fifo_size(fifo_.get()) >= (last ? 1 : full)) {
            auto frame = new_sound(std::min(full, av_audio_fifo_size(fifo_.get())));
            void* planes[2] = {frame->data[0], frame->data[1]};
            need(av_audio_fifo_read(fifo_.get(), planes, frame->nb_samples), "sound buffer");
            frame->pts = encoded_;
            encoded_ += frame->nb_samples;
            need(avcodec_send_frame(encoder_.get(), frame.get()), "AAC");
            collect();
        }
        if (!last) return;
        need(avcodec_send_frame(encoder_.get(), nullptr), "AAC");
        collect();
    }

    void collect() {
        for (;;) {
            auto packet = new_packet();
            if (avcodec_receive_packet(encoder_.get(), packet.get()) < 0) return;
            // The first packet holds the encoder's run-up only. Fragmented files carry no edit list
            // that every player obeys, so it is left out and sound and picture both begin at 0.
            if (packet->pts < 0) continue;
            packet->duration = encoder_->frame_size;
            sound_.publish(std::move(packet), *encoder_);
        }
    }

    Sound& sound_;
    Input input_;
    const Timeline& timeline_;
    const std::int64_t end_;
    CodecPtr decoder_;
    CodecPtr encoder_;
    SwrPtr resampler_;
    FifoPtr fifo_;
    int rate_ = 0;
    int format_ = -1;
    int channels_ = 0;
    std::int64_t placed_ = 0;   ///< Samples put in their place.
    std::int64_t encoded_ = 0;  ///< Samples handed to the encoder.
};

Sound::Sound(int fd, const Job& job, const Timeline& timeline)
    : parameters_(nullptr, [](AVCodecParameters* p) { avcodec_parameters_free(&p); }),
      thread_([this, fd, job, timeline] { run(fd, job, timeline); }) {}

Sound::~Sound() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    thread_.join();
}

void Sound::run(int fd, const Job& job, const Timeline& timeline) {
    try {
        Maker(*this, fd, job, timeline).run(job);
    } catch (const std::exception& error) {
        // A clip whose sound is broken is still a clip.
        std::fprintf(stderr, "sound: %s\n", error.what());
    }
    const std::lock_guard lock(mutex_);
    state_ = State::ended;
    changed_.notify_all();
}

void Sound::publish(PacketPtr packet, const AVCodecContext& encoder) {
    const std::lock_guard lock(mutex_);
    if (!parameters_) {
        parameters_.reset(avcodec_parameters_alloc());
        if (!parameters_) throw std::bad_alloc();
        need(avcodec_parameters_from_context(parameters_.get(), &encoder), "AAC");
        state_ = State::sounding;
    }
    packets_.push_back(std::move(packet));
    changed_.notify_all();
}

const AVCodecParameters* Sound::parameters() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_ != State::unknown; });
    return parameters_.get();
}

std::vector<PacketPtr> Sound::take(std::size_t first, std::int64_t until) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
        return state_ == State::ended || (!packets_.empty() && packets_.back()->pts >= until);
    });
    std::vector<PacketPtr> taken;
    for (std::size_t i = first; i < packets_.size() && packets_[i]->pts < until; ++i)
        taken.push_back(owned<PacketPtr>(av_packet_clone(packets_[i].get())));
    return taken;
}

}  // namespace reelshare::media
