#pragma once
// One picture in the sizes of all rungs, each made from the one above it: a third of the work of
// scaling every size from the original.

#include "media/av.hpp"
#include "media/ladder.hpp"

#include <vector>

namespace reelshare::media {

class Scaler {
  public:
    explicit Scaler(const std::vector<Rung>& rungs);
    /// `picture` has the size of the first rung; it is the first of the result.
    [[nodiscard]] std::vector<FramePtr> scale(const AVFrame& picture);

  private:
    struct Step {
        int width;
        int height;
        SwsPtr context;
        std::unique_ptr<AVBufferPool, void (*)(AVBufferPool*)> pool;
    };
    static FramePtr from_pool(const Step& step);

    std::vector<Step> steps_;
};

}  // namespace reelshare::media
