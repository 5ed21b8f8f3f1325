#pragma once
// FFmpeg's objects with owners.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace reelshare::media {

struct AvDelete {
    void operator()(AVPacket* p) const { av_packet_free(&p); }
    void operator()(AVFrame* p) const { av_frame_free(&p); }
    void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
    void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
    void operator()(AVAudioFifo* p) const { av_audio_fifo_free(p); }
    void operator()(SwrContext* p) const { swr_free(&p); }
    void operator()(SwsContext* p) const { sws_freeContext(p); }
    void operator()(AVIOContext* p) const {
        if (!p) return;
        av_freep(&p->buffer);
        avio_context_free(&p);
    }
};

using PacketPtr = std::unique_ptr<AVPacket, AvDelete>;
using FramePtr = std::unique_ptr<AVFrame, AvDelete>;
using CodecPtr = std::unique_ptr<AVCodecContext, AvDelete>;
using GraphPtr = std::unique_ptr<AVFilterGraph, AvDelete>;
using FifoPtr = std::unique_ptr<AVAudioFifo, AvDelete>;
using SwrPtr = std::unique_ptr<SwrContext, AvDelete>;
using SwsPtr = std::unique_ptr<SwsContext, AvDelete>;
using IoPtr = std::unique_ptr<AVIOContext, AvDelete>;

template <class Pointer>
Pointer owned(typename Pointer::pointer made) {
    if (!made) throw std::bad_alloc();
    return Pointer(made);
}
inline PacketPtr new_packet() {
    return owned<PacketPtr>(av_packet_alloc());
}
inline FramePtr new_frame() {
    return owned<FramePtr>(av_frame_alloc());
}
/// Another reference to the same bytes.
inline FramePtr share(const AVFrame& frame) {
    return owned<FramePtr>(av_frame_clone(&frame));
}

/// For what cannot fail unless we or the machine are at fault: memory, our own settings.
inline int need(int result, const char* what) {
    if (result >= 0) return result;
    if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(result, text, sizeof text);
    throw std::runtime_error(std::string(what) + ": " + text);
}

inline constexpr AVRational kMillionths{1, AV_TIME_BASE};
/// Pictures are timed in these: every usual frame rate is exact or within a microsecond or so.
inline constexpr int kVideoClock = 90'000;
inline constexpr AVRational kVideoTime{1, kVideoClock};
inline constexpr int kSampleRate = 48'000;
inline constexpr AVRational kAudioTime{1, kSampleRate};
/// Segments, and with them forced keyframes, begin at multiples of this.
inline constexpr std::int64_t kSegmentTicks = 2 * kVideoClock;

}  // namespace reelshare::media
