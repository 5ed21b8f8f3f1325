#pragma once
// The still picture of a clip: the one asked for, or the best of the first seconds.

#include "media/av.hpp"
#include "media/job.hpp"

#include <optional>
#include <string>
#include <vector>

namespace reelshare::media {

class PosterPicker {
  public:
    /// `wanted`: in kVideoTime; none: a sharp one that is not black.
    explicit PosterPicker(std::optional<std::int64_t> wanted) : wanted_(wanted) {}

    /// Every picture in turn: the one to show and a small one of it, by which it is judged.
    void offer(const AVFrame& picture, const AVFrame& small, std::int64_t pts);
    /// Null where none was offered.
    [[nodiscard]] const AVFrame* best() const { return best_.get(); }

  private:
    std::optional<std::int64_t> wanted_;
    bool reached_ = false;  ///< The moment that is wanted.
    FramePtr best_;
    double best_score_ = -1;
    std::int64_t next_look_ = 0;
};

/// Writes <name>_360.jpg and <name>_720.jpg (wide; never enlarged) into the folder.
std::vector<Poster> write_posters(
    const AVFrame& picture, int directory, const std::string& name = "poster"
);

/// "#rrggbb"
[[nodiscard]] std::string mean_colour(const AVFrame& picture);

}  // namespace reelshare::media
