#pragma once
// How long callers of a database wait, from the call to the answer.

#include "base/metrics.hpp"

#include <chrono>

namespace reelshare::db {

struct CallMeters {
    explicit CallMeters(Metrics& metrics);

    prometheus::Histogram& reads;
    prometheus::Histogram& writes;
    prometheus::Histogram& transactions;
};

/// Observes its own life.
class Stopwatch {
  public:
    explicit Stopwatch(prometheus::Histogram& histogram) : histogram_(histogram) {}
    ~Stopwatch();
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

  private:
    prometheus::Histogram& histogram_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace reelshare::db
