#pragma once
// The quick way to something that plays: what a browser can play as it is goes into a fragmented
// MP4 without being encoded again, and without what the file told about its maker.

#include "media/job.hpp"
#include "media/timeline.hpp"

#include <optional>

namespace reelshare::media {

/// Makes source.mp4 and its posters in `directory`; nothing where the clip is not of the kind that
/// every browser plays: H.264 8-bit 4:2:0 up to 1080 lines, a keyframe at least every 5 s, AAC or
/// silent.
[[nodiscard]] std::optional<Report> remux(
    const Job& job, int input, int directory, const Timeline& timeline
);

}  // namespace reelshare::media
