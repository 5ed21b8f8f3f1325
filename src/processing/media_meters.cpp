#include "processing/media_meters.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace reelshare::processing {

namespace {

using Boundaries = prometheus::Histogram::BucketBoundaries;

/// Names come from the media program, and every label is a series: others than these are "other".
std::string label_of(const media::Rendition& rendition) {
    constexpr std::array<std::string_view, 4> kUsual = {"1080", "720", "540", "360"};
    return std::ranges::find(kUsual, rendition.name) == kUsual.end() ? "other" : rendition.name;
}

}  // namespace

MediaMeters::MediaMeters(Metrics& metrics)
    : walls_(prometheus::BuildGauge()
                 .Name("reelshare_cell_wall")
                 .Help("1 where the kernel has this wall around media code.")
                 .Register(metrics.registry())),
      wall_seconds_(prometheus::BuildCounter()
                        .Name("reelshare_media_stage_seconds_total")
                        .Help("Wall time of the media program by stage.")
                        .Register(metrics.registry())),
      cpu_seconds_(prometheus::BuildCounter()
                       .Name("reelshare_media_stage_cpu_seconds_total")
                       .Help("CPU time of the media program by stage.")
                       .Register(metrics.registry())),
      ssim_(prometheus::BuildHistogram()
                .Name("reelshare_rendition_ssim")
                .Help("Likeness of renditions to what was encoded.")
                .Register(metrics.registry())),
      bits_(prometheus::BuildHistogram()
                .Name("reelshare_rendition_bits_per_second")
                .Help("Mean bit rate of renditions.")
                .Register(metrics.registry())) {
    for (const std::string_view stage : media::kStages) {
        wall_seconds_.Add({{"stage", std::string(stage)}});
        cpu_seconds_.Add({{"stage", std::string(stage)}});
    }
}

void MediaMeters::note_walls(const std::vector<media::Wall>& walls) {
    for (const media::Wall& wall : walls) {
        walls_.Add({{"wall", wall.name}}).Set(wall.there ? 1 : 0);
        if (!wall.there)
            log::warn("cell_wall_missing", {{"wall", wall.name}, {"detail", wall.without}});
    }
}

void MediaMeters::observe(const media::Report& report) {
    for (const media::Stage& stage : report.stages) {
        wall_seconds_.Add({{"stage", stage.name}}).Increment(stage.wall);
        cpu_seconds_.Add({{"stage", stage.name}}).Increment(stage.cpu);
    }
    for (const media::Rendition& rendition : report.renditions) {
        const prometheus::Labels labels{{"rendition", label_of(rendition)}};
        ssim_.Add(labels, Boundaries{0.8, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99})
            .Observe(rendition.ssim);
        bits_.Add(labels, Boundaries{1e5, 2.5e5, 5e5, 1e6, 2e6, 4e6, 8e6})
            .Observe(static_cast<double>(rendition.average_bandwidth));
    }
}

}  // namespace reelshare::processing
