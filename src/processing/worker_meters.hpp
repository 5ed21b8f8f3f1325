#pragma once

#include "base/metrics.hpp"
#include "processing/media_meters.hpp"
#include "processing/worker.hpp"

namespace reelshare::processing {

/// What the worker counts.
struct Worker::Meters {
    explicit Meters(Metrics& metrics)
        : media(metrics),
          finished(prometheus::BuildCounter()
                       .Name("reelshare_jobs_finished_total")
                       .Help("Attempts at jobs by how they ended.")
                       .Register(metrics.registry())),
          seconds(histogram(metrics, "reelshare_job_duration_seconds", "Wall time of one attempt.")
          ),
          waited(histogram(
              metrics, "reelshare_job_wait_seconds", "From the upload to the start of its job."
          )),
          playable(histogram(
              metrics,
              "reelshare_time_to_playable_seconds",
              "From the upload to the moment that its clip can be played."
          )),
          speed(
              prometheus::BuildHistogram()
                  .Name("reelshare_encode_speed_ratio")
                  .Help("Seconds of clip per second of wall time, whole ladder.")
                  .Register(metrics.registry())
                  .Add({}, prometheus::Histogram::BucketBoundaries{0.1, 0.25, 0.5, 1, 2, 4, 8, 16})
          ) {
        // There from the start: a rate needs the value before the first one.
        for (const char* result : {"done", "refused", "retried", "dead", "lost", "stopped"})
            finished.Add({{"result", result}});
    }

    void count(const char* result) { finished.Add({{"result", result}}).Increment(); }

    MediaMeters media;
    prometheus::Family<prometheus::Counter>& finished;
    prometheus::Histogram& seconds;
    prometheus::Histogram& waited;
    prometheus::Histogram& playable;
    prometheus::Histogram& speed;

  private:
    static prometheus::Histogram& histogram(Metrics& metrics, const char* name, const char* help) {
        return prometheus::BuildHistogram()
            .Name(name)
            .Help(help)
            .Register(metrics.registry())
            .Add(
                {},
                prometheus::Histogram::BucketBoundaries{
                    0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900
                }
            );
    }
};

}  // namespace reelshare::processing
