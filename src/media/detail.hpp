#pragma once
// Whether a size shows anything that the next smaller one does not: clips that were enlarged, or
// encoded to pieces before, do not become sharper by being kept large.

#include "media/av.hpp"
#include "media/job.hpp"
#include "media/ladder.hpp"
#include "media/timeline.hpp"

#include <vector>

namespace reelshare::media {

/// How alike two pictures of one size are where they differ most: SSIM of luma, mean of the worst
/// twentieth of all blocks of 8x8. 1: the same.
[[nodiscard]] double likeness(const AVFrame& one, const AVFrame& other);

/// Looks at pictures, and leaves out the top rungs that none of them needs.
class RungChooser {
  public:
    explicit RungChooser(std::vector<Rung> rungs);

    /// A picture of the clip in the size of the first rung, YUV420P.
    void look(const AVFrame& picture);
    /// Nothing more will change: all rungs are of use.
    [[nodiscard]] bool is_settled() const { return top_ == 0; }
    /// Where too little was seen (one picture, a black start), all rungs.
    [[nodiscard]] std::vector<Rung> chosen() const;

  private:
    std::vector<Rung> rungs_;
    std::size_t top_;  ///< The first rung that is of use, as far as was seen.
    int telling_ = 0;  ///< Pictures with something in them.
};

/// The rungs that keyframes from all over the clip have a use for.
[[nodiscard]] std::vector<Rung> worth_making(
    std::vector<Rung> rungs, const Job& job, int input, const Timeline& timeline
);

}  // namespace reelshare::media
