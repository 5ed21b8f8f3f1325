#pragma once
// Small pictures of the whole clip in one file, made from the pictures that pass by.

#include "media/av.hpp"
#include "media/report.hpp"

#include <cstdint>
#include <optional>

namespace reelshare::media {

class StoryboardMaker {
  public:
    /// `duration` in kVideoTime.
    explicit StoryboardMaker(std::int64_t duration);

    /// Every picture in turn.
    void offer(const AVFrame& picture, std::int64_t pts);
    /// Writes storyboard.webp into the folder; nothing where no picture came.
    [[nodiscard]] std::optional<Storyboard> finish(int directory);

  private:
    void begin(const AVFrame& picture);
    void place(const AVFrame& picture, int tile);

    std::int64_t interval_;
    int most_;
    Storyboard board_;
    FramePtr sheet_;
    SwsPtr scaler_;
};

}  // namespace reelshare::media
