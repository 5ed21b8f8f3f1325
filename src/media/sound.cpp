#include "media/sound.hpp"

#include "media/loudness.hpp"
#include "media/sound_reader.hpp"
#include "media/stopwatch.hpp"

#include <algorithm>
#include <cmath>
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

}  // namespace

/// Listens to all of it once to learn how loud it is, then puts everything in its place and encodes
/// it: decoding sound costs next to nothing.
class Sound::Maker {
  public:
    Maker(Sound& sound, const Timeline& timeline)
        : sound_(sound), end_(av_rescale_q(timeline.duration, kMillionths, kAudioTime)) {}

    void run(int fd, const Job& job, const Timeline& timeline) {
        std::optional<Loudness> loudness = listen(fd, job, timeline);
        if (loudness) {
            gain_ = static_cast<float>(std::pow(10, loudness->gain / 20));
            const std::lock_guard lock(sound_.mutex_);
            sound_.loudness_ = loudness;
        }
        SoundReader reader(fd, job, timeline);
        SoundReader::Piece piece;
        while (!stopped() && placed_ < end_ && reader.next(piece)) {
            place(piece);
            encode(false);
        }
        if (!encoder_) return;  // Nothing could be decoded.
        add_silence(end_ - placed_);
        encode(true);
    }

  private:
    bool stopped() {
        const std::lock_guard lock(sound_.mutex_);
        return sound_.stop_;
    }

    std::optional<Loudness> listen(int fd, const Job& job, const Timeline& timeline) {
        SoundReader reader(fd, job, timeline);
        if (!reader.has_sound()) return std::nullopt;
        LoudnessMeter meter;
        SoundReader::Piece piece;
        for (std::int64_t heard = 0; !stopped() && heard < end_ && reader.next(piece);) {
            // What is before the first picture is never heard.
            if (piece.at.value_or(0) + piece.count <= 0) continue;
            const float* left = reinterpret_cast<const float*>(piece.sound->data[0]);
            const float* right = reinterpret_cast<const float*>(piece.sound->data[1]);
            meter.add(left, right, static_cast<std::size_t>(piece.count));
            heard += piece.count;
        }
        return meter.result();
    }

    void place(const SoundReader::Piece& piece) {
        if (!encoder_) {
            encoder_ = open_aac();
            fifo_ =
                owned<FifoPtr>(av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, 2, encoder_->frame_size * 4)
                );
        }
        const std::int64_t at = piece.at.value_or(placed_);
        int skip = 0;
        if (at > placed_ + kTolerance)
            add_silence(std::min(at, end_) - placed_);
        else if (at < placed_ - kTolerance || (placed_ == 0 && at < 0))
            skip = static_cast<int>(std::min<std::int64_t>(placed_ - at, piece.count));
        if (gain_ != 1) louder(*piece.sound, piece.count);
        add(*piece.sound, skip,
            static_cast<int>(std::min<std::int64_t>(piece.count - skip, end_ - placed_)));
    }

    void louder(AVFrame& sound, int count) const {
        for (int channel = 0; channel < 2; ++channel) {
            auto* samples = reinterpret_cast<float*>(sound.data[channel]);
            for (int i = 0; i < count; ++i) samples[i] *= gain_;
        }
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
        if (!encoder_) return;
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
    const std::int64_t end_;
    float gain_ = 1;
    CodecPtr encoder_;
    FifoPtr fifo_;
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
    Stopwatch watch(CLOCK_THREAD_CPUTIME_ID);
    try {
        Maker(*this, timeline).run(fd, job, timeline);
    } catch (const std::exception& error) {
        // A clip whose sound is broken is still a clip.
        std::fprintf(stderr, "sound: %s\n", error.what());
    }
    const std::lock_guard lock(mutex_);
    stage_ = watch.lap("sound");
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

std::optional<Loudness> Sound::loudness() {
    const std::lock_guard lock(mutex_);
    return loudness_;
}

Stage Sound::stage() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_ == State::ended; });
    return stage_;
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
