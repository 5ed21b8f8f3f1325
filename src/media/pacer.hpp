#pragma once
// When each picture is shown. Time stamps of the source are kept, so that uneven frame rates stay
// as they were; only what would hurt players is mended: more than 60 pictures a second, pauses, a
// late start, an early end.

#include "media/av.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace reelshare::media {

class Pacer {
  public:
    using Emit = std::function<void(const AVFrame&, std::int64_t pts)>;

    /// `duration` and all time stamps in kVideoTime.
    Pacer(std::int64_t duration, Emit emit) : duration_(duration), emit_(std::move(emit)) {}

    /// In display order; `pts` 0 is the start of the clip.
    void push(FramePtr frame, std::int64_t pts);
    /// Repeats the last picture until the sound ends.
    void finish();

  private:
    void fill_up_to(std::int64_t pts);

    std::int64_t duration_;
    Emit emit_;
    FramePtr last_;
    std::int64_t last_pts_ = 0;
};

}  // namespace reelshare::media
