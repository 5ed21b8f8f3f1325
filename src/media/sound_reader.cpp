#include "media/sound_reader.hpp"

namespace reelshare::media {

FramePtr new_sound(int samples) {
    auto frame = new_frame();
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = kSampleRate;
    frame->nb_samples = samples;
    av_channel_layout_default(&frame->ch_layout, 2);
    need(av_frame_get_buffer(frame.get(), 0), "sound");
    return frame;
}

SoundReader::SoundReader(int fd, const Job& job, const Timeline& timeline)
    : input_(fd, job), timeline_(timeline) {
    if (!input_.audio()) return;
    input_.only(input_.audio());
    decoder_ = open_decoder(*input_.audio(), job);
}

/// The next decoded frame.
bool SoundReader::receive() {
    for (;;) {
        const int got = avcodec_receive_frame(decoder_.get(), frame_.get());
        if (got >= 0) return true;
        if (got != AVERROR(EAGAIN) || drained_) return false;
        if (input_.read(*packet_)) {
            // A damaged packet is left out: its place is silence.
            avcodec_send_packet(decoder_.get(), packet_.get());
        } else {
            drained_ = true;
            avcodec_send_packet(decoder_.get(), nullptr);
        }
    }
}

/// The resampler for sound of this shape; false where there is none.
bool SoundReader::prepare(const AVFrame& frame) {
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

bool SoundReader::convert(const AVFrame& frame, Piece& piece) {
    if (frame.nb_samples <= 0 || frame.sample_rate <= 0 || !prepare(frame)) return false;
    const std::int64_t latency = swr_get_delay(resampler_.get(), kSampleRate);
    const int room = swr_get_out_samples(resampler_.get(), frame.nb_samples);
    if (room <= 0) return false;
    piece.sound = new_sound(room);
    piece.count = swr_convert(
        resampler_.get(), piece.sound->data, room,
        const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples
    );
    piece.at.reset();
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
        const std::int64_t start = av_rescale_q(timeline_.start, kMillionths, kAudioTime);
        piece.at =
            av_rescale_q(frame.best_effort_timestamp, input_.audio()->time_base, kAudioTime) -
            start - latency;
    }
    return piece.count > 0;
}

bool SoundReader::next(Piece& piece) {
    if (!decoder_) return false;
    while (receive()) {
        const bool made = convert(*frame_, piece);
        av_frame_unref(frame_.get());
        if (made) return true;
    }
    return false;
}

}  // namespace reelshare::media
