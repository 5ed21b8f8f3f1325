#pragma once
// How long a clip really is: by the time stamps of its packets, since headers may claim anything.

#include "media/input.hpp"

#include <cstdint>

namespace reelshare::media {

/// Of what is shown; in millionths of a second.
struct Timeline {
    std::int64_t start = 0;     ///< Of the first picture; sound before it is dropped.
    std::int64_t duration = 0;  ///< To the end of picture or sound, whichever is later.
    double frame_rate = 30;     ///< Pictures per second, on average; 1 to 240.
    std::int64_t keyframe_gap =
        0;                 ///< The longest time from one keyframe to the next, or to the end.
    double missing = 0;    ///< Seconds that the header names and the file lacks at its end.
    bool trimmed = false;  ///< An edit list hides pictures that others need.
    /// What its busiest two seconds of pictures take, in kilobits per second, counted as if they
    /// were H.264; 0: unknown.
    double worth_kbps = 0;
    bool uneven = false;  ///< Some pictures stay far longer than others.
};

/// Reads the whole file once without decoding anything. Throws Failure: too_long, no_video,
/// unreadable.
[[nodiscard]] Timeline measure(int fd, const Job& job);

}  // namespace reelshare::media
