#include "media/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace reelshare::media {

namespace {

struct Step {
    int short_edge;
    int maxrate_kbps;
    int crf;
    const char* preset;
};

/// CRF and presets are from docs/encoding.md: small sizes are cheap, and are what phones play most,
/// so that they get more of the encoder's time for each picture. Caps are for 30 pictures a second
/// at the 9:16 aspect, in the range of Apple's HLS authoring specification (its H.264 table: 6000
/// for 1080p, 3000 for 720p, 2000 for 540p, 730 for 360p) and somewhat above it for the small
/// sizes, which are watched full screen here.
constexpr std::array<Step, 4> kSteps = {{
    {1080, 6000, 25, "veryfast"},
    {720, 3200, 25, "veryfast"},
    {540, 2000, 26, "medium"},
    {360, 900, 28, "medium"},
}};

/// Twice the pixels do not take twice the bits.
constexpr double kBitsByPixels = 0.75;
/// Less is no saving that one notices.
constexpr int kLeastCap = 150;

int even(double value) {
    return std::max(2, 2 * static_cast<int>(std::lround(value / 2)));
}
int even_below(int value) {
    return std::max(2, value - value % 2);
}

/// Of `short_edge` with the settings of `step`.
Rung rung(int width, int height, int short_edge, const Step& step, double worth_kbps) {
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
    made.crf = step.crf;
    made.preset = step.preset;
    made.maxrate_kbps = step.maxrate_kbps;
    if (worth_kbps > 0) {
        const double share =
            static_cast<double>(made.width) * made.height / (static_cast<double>(width) * height);
        const double cap = std::min(1e6, worth_kbps * std::pow(share, kBitsByPixels));
        made.maxrate_kbps = std::clamp(
            static_cast<int>(cap), std::min(kLeastCap, step.maxrate_kbps), step.maxrate_kbps
        );
    }
    made.bufsize_kbps = made.maxrate_kbps * 3 / 2;
    return made;
}

}  // namespace

std::vector<Rung> ladder(int width, int height, double worth_kbps) {
    const int edge = std::min(width, height);
    std::vector<Rung> rungs;
    // A source between two steps keeps its own size on top, with the settings of the step above it.
    const Step* above = &kSteps.front();
    for (const Step& step : kSteps) {
        if (step.short_edge > edge) {
            above = &step;
            continue;
        }
        // Own size on top only where it is visibly more than the step below it.
        if (rungs.empty() && edge < kSteps.front().short_edge && edge * 10 > step.short_edge * 11)
            rungs.push_back(rung(width, height, edge, *above, worth_kbps));
        rungs.push_back(rung(width, height, step.short_edge, step, worth_kbps));
    }
    if (rungs.empty()) rungs.push_back(rung(width, height, edge, *above, worth_kbps));
    return rungs;
}

}  // namespace reelshare::media
