#pragma once
// Which renditions a clip gets. Sizes are judged by the short edge, so that portrait, landscape and
// square clips are treated alike; nothing is ever enlarged.

#include <string>
#include <vector>

namespace reelshare::media {

/// Settings of one encode: constant quality with a cap, so that easy clips stay small and hard ones
/// stay within what a phone's network carries.
struct Rung {
    std::string name;  ///< The short edge.
    int width = 0;
    int height = 0;
    int crf = 23;
    const char* preset = "veryfast";  ///< Of x264.
    int lookahead = 8;                ///< Pictures that x264 sees coming; each takes memory.
    int maxrate_kbps = 0;             ///< x264 VBV, with a buffer of 1.5 s.
    int bufsize_kbps = 0;
};

/// Of the largest rung at most, whatever its size: there is nothing better to see.
inline constexpr int kBestCrf = 25;

/// The rungs for an upright picture with square pixels, largest first; even sizes; at least one.
/// `worth_kbps`: what the source spends on its pictures (Timeline), so that no rendition spends
/// more on the same; 0: unknown.
[[nodiscard]] std::vector<Rung> ladder(int width, int height, double worth_kbps = 0);

}  // namespace reelshare::media
