#pragma once
// The way of a clip: decoded once; every picture made upright, scaled down from rung to rung, and
// handed to one encoder per rung. Sound goes its own way beside it.

#include "media/job.hpp"

#include <functional>

namespace reelshare::media {

/// What is told on the way.
struct Listener {
    std::function<void(double)> measured;  ///< Once, before all others: the clip's seconds.
    std::function<void(double)> progress;  ///< 0 to 1; called from several threads.
    std::function<void(const Report&)>
        playable;  ///< At most once, early: something that can be played.
};

/// Makes renditions and posters of the file `input` in the folder `directory`; throws Failure for
/// what the file is at fault of.
[[nodiscard]] Report process(const Job& job, int input, int directory, const Listener& listener);

}  // namespace reelshare::media
