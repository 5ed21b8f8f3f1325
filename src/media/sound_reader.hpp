#pragma once
// The sound of a clip, decoded to stereo at kSampleRate, piece by piece.

#include "media/input.hpp"
#include "media/timeline.hpp"

#include <cstdint>
#include <optional>

namespace reelshare::media {

/// A frame of stereo sound in planes of floats.
[[nodiscard]] FramePtr new_sound(int samples);

class SoundReader {
  public:
    /// Throws Failure where the sound cannot be decoded at all.
    SoundReader(int fd, const Job& job, const Timeline& timeline);

    [[nodiscard]] bool has_sound() const { return input_.audio() != nullptr; }

    struct Piece {
        FramePtr sound;
        int count = 0;                   ///< Samples of it that hold something.
        std::optional<std::int64_t> at;  ///< Samples after the clip's begin; none: it follows.
    };
    /// False at the end. What is damaged is left out.
    bool next(Piece& piece);

  private:
    bool receive();
    bool prepare(const AVFrame& frame);
    bool convert(const AVFrame& frame, Piece& piece);

    Input input_;
    const Timeline& timeline_;
    CodecPtr decoder_;
    SwrPtr resampler_;
    PacketPtr packet_ = new_packet();
    FramePtr frame_ = new_frame();
    bool drained_ = false;
    int rate_ = 0;
    int format_ = -1;
    int channels_ = 0;
};

}  // namespace reelshare::media
