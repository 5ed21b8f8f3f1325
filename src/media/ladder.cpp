#include "media/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace reelshare::media {

namespace {

struct Step {
    int short_edge;
    int maxrate_kbps;
};

/// Caps for 30 pictures a second at the 9:16 aspect, in the range of Apple's HLS authoring
/// specification (its H.264 table: 6000 for 1080p, 3000 for 720p, 2000 for 540p, 730 for 360p) and
/// somewhat above it for the small sizes, which are watched full screen here.
constexpr std::array<Step, 4> kSteps = {{{1080, 6000}, {720, 3200}, {540, 2000}, {360, 900}}};

int even(double value) {
    return std::max(2, 2 * static_cast<int>(std::lround(value / 2)));
}
int even_below(int value) {
    return std::max(2, value - value % 2);
}

Rung rung(int width, int height, int short_edge, int maxrate) {
    const int source_edge = std::min(width, height);
    Rung made;
    if (short_edge >= source_edge) {
        made.width = even_below(width);
        made.height = even_below(height);
    } else {
        const double scale = static_cast<double>(short_edge) / source_edge;
        made.width = even(width * scale);
        made.height = even(height * scale);
    }
    made.name = std::to_string(std::min(made.width, made.height));
    made.maxrate_kbps = maxrate;
    made.bufsize_kbps = maxrate * 3 / 2;
    return made;
}

}  // namespace

std::vector<Rung> ladder(int width, int height) {
    const int edge = std::min(width, height);
    std::vector<Rung> rungs;
    // A source between two steps keeps its own size on top, with the cap of the step above it.
    int cap_above = kSteps.front().maxrate_kbps;
    for (const Step& step : kSteps) {
        if (step.short_edge > edge) {
            cap_above = step.maxrate_kbps;
            continue;
        }
        // Own size on top only where it is visibly more than the step below it.
        if (rungs.empty() && edge < kSteps.front().short_edge && edge * 10 > step.short_edge * 11)
            rungs.push_back(rung(width, height, edge, cap_above));
        rungs.push_back(rung(width, height, step.short_edge, step.maxrate_kbps));
    }
    if (rungs.empty()) rungs.push_back(rung(width, height, edge, cap_above));
    return rungs;
}

}  // namespace reelshare::media
