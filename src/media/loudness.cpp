#include "media/loudness.hpp"

#include "media/av.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace reelshare::media {

namespace {

constexpr double kNoise = -50;  ///< LUFS; below it there is nothing to listen to.
constexpr double kMostGain = 12;
constexpr double kLeastGain = -30;
constexpr double kQuietestPeak = -200;

}  // namespace

double gain_for(double integrated, double true_peak) {
    if (integrated < kNoise) return 0;
    const double wanted = std::clamp(kTargetLoudness - integrated, kLeastGain, kMostGain);
    return std::max(kLeastGain, std::min(wanted, kHighestPeak - true_peak));
}

struct LoudnessMeter::State {
    ebur128_state* library = ebur128_init(2, kSampleRate, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    State() {
        if (!library) throw std::bad_alloc();
    }
    ~State() { ebur128_destroy(&library); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

LoudnessMeter::LoudnessMeter() : state_(std::make_unique<State>()) {}

LoudnessMeter::~LoudnessMeter() = default;

void LoudnessMeter::add(const float* left, const float* right, std::size_t count) {
    std::vector<float> both(count * 2);
    for (std::size_t i = 0; i < count; ++i) {
        both[2 * i] = left[i];
        both[2 * i + 1] = right[i];
    }
    if (ebur128_add_frames_float(state_->library, both.data(), count) != EBUR128_SUCCESS)
        throw std::bad_alloc();
}

std::optional<Loudness> LoudnessMeter::result() const {
    double integrated = 0;
    if (ebur128_loudness_global(state_->library, &integrated) != EBUR128_SUCCESS)
        return std::nullopt;
    if (!std::isfinite(integrated)) return std::nullopt;
    double peak = 0;
    for (unsigned channel = 0; channel < 2; ++channel) {
        double of_channel = 0;
        ebur128_true_peak(state_->library, channel, &of_channel);
        peak = std::max(peak, of_channel);
    }
    Loudness loudness;
    loudness.integrated = std::clamp(integrated, -100.0, 40.0);
    loudness.true_peak = std::clamp(20 * std::log10(peak), kQuietestPeak, 60.0);
    loudness.gain = gain_for(loudness.integrated, loudness.true_peak);
    return loudness;
}

}  // namespace reelshare::media
