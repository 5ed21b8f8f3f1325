#pragma once
// The registry that /metrics shows. Names follow Prometheus' conventions (unit suffix, _total),
// label sets are bounded: a route is its pattern, never a path.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace reelshare {

class Metrics {
  public:
    Metrics();

    [[nodiscard]] prometheus::Registry& registry() { return *registry_; }

    /// A value that is read when the page is asked for.
    void sample(
        const std::string& name,
        const std::string& help,
        std::function<double()> read,
        const prometheus::Labels& labels = {}
    );

    /// The same of a value that only grows; `name` ends in _total.
    void sample_total(
        const std::string& name,
        const std::string& help,
        std::function<double()> read,
        const prometheus::Labels& labels = {}
    );

    /// The page in the text format 0.0.4.
    [[nodiscard]] std::string render();

  private:
    struct Sample {
        prometheus::Gauge* gauge;
        std::function<double()> read;
    };

    struct Total {
        prometheus::Counter* counter;
        std::function<double()> read;
    };

    std::shared_ptr<prometheus::Registry> registry_;
    std::mutex mutex_;
    std::vector<Sample> samples_;
    std::vector<Total> totals_;
};

}  // namespace reelshare
