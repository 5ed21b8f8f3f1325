#pragma once
// How loud a clip is (EBU R128, ITU-R BS.1770) and by how much it is made louder or softer, so that
// a feed of many people's clips plays at one volume.

#include "media/report.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace reelshare::media {

inline constexpr double kTargetLoudness = -14;  ///< LUFS
inline constexpr double kHighestPeak = -1.5;    ///< dBTP before encoding, which adds a little.

/// The gain in dB: towards the target, but never so far that peaks are cut, and nothing where there
/// is only noise to be made louder.
[[nodiscard]] double gain_for(double integrated, double true_peak);

/// Of stereo sound at kSampleRate.
class LoudnessMeter {
  public:
    LoudnessMeter();
    void add(const float* left, const float* right, std::size_t count);
    /// Nothing for silence.
    [[nodiscard]] std::optional<Loudness> result() const;

    ~LoudnessMeter();
    LoudnessMeter(const LoudnessMeter&) = delete;
    LoudnessMeter& operator=(const LoudnessMeter&) = delete;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace reelshare::media
