#pragma once
// The moving picture of a clip: three seconds as an animated WebP, from the moment that was asked
// for or from where most happens near the beginning.

#include "media/av.hpp"
#include "media/report.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace reelshare::media {

class PreviewMaker {
  public:
    /// `wanted`: in kVideoTime; none: where most happens.
    explicit PreviewMaker(std::optional<std::int64_t> wanted) : wanted_(wanted) {}

    /// Every picture in turn.
    void offer(const AVFrame& picture, std::int64_t pts);
    /// Writes preview.webp into the folder; nothing where too few pictures came to move.
    [[nodiscard]] std::optional<Preview> finish(int directory);

  private:
    struct Still {
        FramePtr picture;
        std::int64_t pts;
        double change;  ///< To the one before, mean of all pixels.
    };
    [[nodiscard]] std::size_t best_start() const;

    std::optional<std::int64_t> wanted_;
    std::int64_t next_ = 0;
    std::vector<Still> stills_;
    SwsPtr scaler_;
};

}  // namespace reelshare::media
