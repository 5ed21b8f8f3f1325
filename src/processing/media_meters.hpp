#pragma once
// What is counted of the media program: its walls, its time and what it made.

#include "base/metrics.hpp"
#include "media/report.hpp"
#include "media/walls.hpp"

#include <vector>

namespace reelshare::processing {

class MediaMeters {
  public:
    explicit MediaMeters(Metrics& metrics);

    /// Once at the start; what is missing is logged too.
    void note_walls(const std::vector<media::Wall>& walls);
    /// Of a clip that is ready.
    void observe(const media::Report& report);

  private:
    prometheus::Family<prometheus::Gauge>& walls_;
    prometheus::Family<prometheus::Counter>& wall_seconds_;
    prometheus::Family<prometheus::Counter>& cpu_seconds_;
    prometheus::Family<prometheus::Histogram>& ssim_;
    prometheus::Family<prometheus::Histogram>& bits_;
};

}  // namespace reelshare::processing
