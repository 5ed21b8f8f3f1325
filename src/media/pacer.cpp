#include "media/pacer.hpp"

namespace reelshare::media {

namespace {

/// 60 a second, with a tenth of tolerance for jitter.
constexpr std::int64_t kClosest = kVideoClock / 60 * 9 / 10;
/// A longer pause is filled, so that no segment is without a picture and every one begins on time.
constexpr std::int64_t kLongest = kVideoClock;
constexpr std::int64_t kRepeat = kVideoClock / 2;

}  // namespace

void Pacer::fill_up_to(std::int64_t pts) {
    if (pts - last_pts_ <= kLongest) return;
    while (last_pts_ + kRepeat < pts) {
        last_pts_ += kRepeat;
        emit_(*last_, last_pts_);
    }
}

void Pacer::push(FramePtr frame, std::int64_t pts) {
    if (!last_) {
        pts = 0;
    } else {
        if (pts < last_pts_ + kClosest || pts >= duration_ + kLongest) return;
        fill_up_to(pts);
    }
    last_ = std::move(frame);
    last_pts_ = pts;
    emit_(*last_, pts);
}

void Pacer::finish() {
    if (last_) fill_up_to(duration_);
}

}  // namespace reelshare::media
