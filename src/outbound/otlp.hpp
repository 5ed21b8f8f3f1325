#pragma once
// Spans to a collector, by OTLP over HTTP in JSON (OpenTelemetry Protocol 1.0, /v1/traces).

#include "base/metrics.hpp"
#include "base/trace.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace reelshare::outbound {

struct OtlpOptions {
    std::string endpoint;  ///< http(s)://host[:port]; /v1/traces is added.
    std::string version;   ///< Of this program.
    std::string instance;  ///< Names this process among its like.
    double share = 1;      ///< Of the traces that begin here, 0 to 1.
    std::size_t max_queued = 4096;
    std::size_t batch = 512;
    std::chrono::milliseconds pause{2'000};  ///< Between batches that are not full.
};

/// A thread that sends in batches. What finds the queue full or the collector away is dropped and
/// counted in reelshare_spans_total. Its end sends what is left, if that takes no longer than two
/// seconds.
[[nodiscard]] std::unique_ptr<SpanSink> make_otlp_exporter(OtlpOptions options, Metrics& metrics);

/// The body of one batch.
[[nodiscard]] std::string otlp_body(const OtlpOptions& options, const std::vector<Span>& spans);

}  // namespace reelshare::outbound
