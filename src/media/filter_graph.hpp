#pragma once
// A chain of libavfilter's filters from one picture to one picture.

#include "media/av.hpp"

#include <string>

namespace reelshare::media {

class FilterGraph {
  public:
    /// For pictures of this one's size and format, timed in kVideoTime. Throws Failure where the
    /// chain cannot take them.
    FilterGraph(const AVFrame& like, const std::string& chain, unsigned threads);

    void push(AVFrame& frame);  ///< Takes the reference.
    void finish();
    /// The next picture; empty where another must be pushed first or all are out.
    FramePtr pull();

  private:
    GraphPtr graph_;
    AVFilterContext* source_ = nullptr;
    AVFilterContext* sink_ = nullptr;
};

}  // namespace reelshare::media
