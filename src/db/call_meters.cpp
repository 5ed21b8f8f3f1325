#include "db/call_meters.hpp"

namespace reelshare::db {

namespace {

prometheus::Histogram& durations(Metrics& metrics, const char* kind) {
    return prometheus::BuildHistogram()
        .Name("reelshare_database_seconds")
        .Help("Time from a call of the database to its answer.")
        .Register(metrics.registry())
        .Add(
            {{"kind", kind}},
            prometheus::Histogram::BucketBoundaries{
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5
            }
        );
}

}  // namespace

CallMeters::CallMeters(Metrics& metrics)
    : reads(durations(metrics, "read")),
      writes(durations(metrics, "write")),
      transactions(durations(metrics, "transaction")) {}

Stopwatch::~Stopwatch() {
    histogram_.Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count()
    );
}

}  // namespace reelshare::db
