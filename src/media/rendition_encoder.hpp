#pragma once
// One rung of the ladder: pictures in, a finished rendition out, on a thread of its own.

#include "media/encoder_log.hpp"
#include "media/fragmented_file.hpp"
#include "media/ladder.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace reelshare::media {

struct EncoderOptions {
    Rung rung;
    double frame_rate = 30;
    bool uneven = false;        ///< As in Timeline.
    std::int64_t duration = 0;  ///< In kVideoTime.
    int directory = -1;
    int threads = 1;
    /// Called on the encoder's thread after every picture, with its time.
    std::function<void(std::int64_t)> encoded;
};

class RenditionEncoder {
  public:
    RenditionEncoder(EncoderOptions options, AudioTrack& sound);
    ~RenditionEncoder();
    RenditionEncoder(const RenditionEncoder&) = delete;
    RenditionEncoder& operator=(const RenditionEncoder&) = delete;

    /// Waits while the encoder is behind. Throws what ended it.
    void push(const AVFrame& picture, std::int64_t pts);
    [[nodiscard]] Rendition finish();

  private:
    struct Item {
        FramePtr picture;
        std::int64_t pts;
    };
    void run();
    void encode(AVFrame* picture);
    std::optional<Item> next();

    const EncoderOptions options_;
    EncoderWords words_;
    CodecPtr encoder_;
    FragmentedFile file_;
    std::int64_t keyframe_at_ = 0;
    std::int64_t pictures_ = 0;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Item> queue_;
    bool closed_ = false;
    bool abandoned_ = false;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace reelshare::media
