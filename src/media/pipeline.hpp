#pragma once
// The way of a clip: decoded once; every picture made upright, scaled down from rung to rung, and
// handed to one encoder per rung. Sound goes its own way beside it.

#include "media/job.hpp"

#include <functional>

namespace reelshare::media {

/// Makes renditions and posters of the file `input` in the folder `directory`; throws Failure for
/// what the file is at fault of. `progress` (0 to 1) is called from several threads.
[[nodiscard]] Report process(
    const Job& job, int input, int directory, std::function<void(double)> progress
);

}  // namespace reelshare::media
