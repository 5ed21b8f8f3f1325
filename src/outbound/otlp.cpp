#include "outbound/otlp.hpp"

#include "base/log.hpp"
#include "outbound/http_post.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace reelshare::outbound {

namespace json = boost::json;

namespace {

// opentelemetry/proto/trace/v1/trace.proto
constexpr int kServer = 2;
constexpr int kInternal = 1;
constexpr int kStatusError = 2;
constexpr std::chrono::milliseconds kTimeout{2'000};

json::object attribute(std::string_view key, std::string_view value) {
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

json::object to_json(const Span& span) {
    json::array attributes;
    for (const auto& [key, value] : span.attributes) attributes.push_back(attribute(key, value));
    json::object out{
        {"traceId", span.trace.id},
        {"spanId", span.trace.span},
        {"name", span.name},
        {"kind", span.served ? kServer : kInternal},
        // 64 bits do not fit into a number of JSON.
        {"startTimeUnixNano", std::to_string(span.start_ns)},
        {"endTimeUnixNano", std::to_string(span.end_ns)},
        {"attributes", std::move(attributes)}
    };
    if (!span.trace.parent.empty()) out["parentSpanId"] = span.trace.parent;
    if (span.failed) out["status"] = json::object{{"code", kStatusError}};
    return out;
}

prometheus::Counter& counter(Metrics& metrics, const char* result) {
    return prometheus::BuildCounter()
        .Name("reelshare_spans_total")
        .Help("Spans for the collector: sent, or dropped (queue full, collector away).")
        .Register(metrics.registry())
        .Add({{"result", result}});
}

class OtlpExporter final : public SpanSink {
  public:
    OtlpExporter(OtlpOptions options, Metrics& metrics)
        : options_(std::move(options)),
          sent_(counter(metrics, "sent")),
          dropped_(counter(metrics, "dropped")),
          thread_([this] { run(); }) {}
    ~OtlpExporter() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    bool drawn() override {
        thread_local std::minstd_rand random{std::random_device{}()};
        return std::uniform_real_distribution<double>(0, 1)(random) < options_.share;
    }

    void add(Span span) override {
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() >= options_.max_queued) {
                dropped_.Increment();
                return;
            }
            queue_.push_back(std::move(span));
            if (queue_.size() < options_.batch) return;
        }
        wake_.notify_one();
    }

  private:
    void run() {
        for (bool last = false; !last;) {
            std::vector<Span> spans;
            {
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, options_.pause, [&] {
                    return stopping_ || queue_.size() >= options_.batch;
                });
                // At the end one batch is tried: nobody waits for a collector.
                last = stopping_;
                while (!queue_.empty() && spans.size() < options_.batch) {
                    spans.push_back(std::move(queue_.front()));
                    queue_.pop_front();
                }
            }
            if (!spans.empty()) send(spans);
        }
    }

    void send(const std::vector<Span>& spans) {
        const auto status = post(
            {.url = options_.endpoint + "/v1/traces",
             .headers = {"Content-Type: application/json"},
             .body = otlp_body(options_, spans),
             .allow_private = true,  // The operator named it; collectors are neighbours.
             .timeout = kTimeout}
        );
        const bool taken = status && *status / 100 == 2;
        (taken ? sent_ : dropped_).Increment(static_cast<double>(spans.size()));
        // Once per outage, not every two seconds of it.
        if (!taken && !failing_)
            log::warn(
                "spans_not_sent",
                {{"status", status.value_or(0)}, {"detail", status ? "" : status.error().detail}}
            );
        failing_ = !taken;
    }

    const OtlpOptions options_;
    prometheus::Counter& sent_;
    prometheus::Counter& dropped_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Span> queue_;  ///< Under `mutex_`, as is `stopping_`.
    bool stopping_ = false;
    bool failing_ = false;  ///< The thread's own.
    std::thread thread_;    ///< Last: it uses the others.
};

}  // namespace

std::string otlp_body(const OtlpOptions& options, const std::vector<Span>& spans) {
    json::array all;
    for (const Span& span : spans) all.push_back(to_json(span));
    json::object resource{
        {"attributes",
         json::array{
             attribute("service.name", "reelshare"), attribute("service.version", options.version),
             attribute("service.instance.id", options.instance)
         }}
    };
    json::object scope{{"scope", {{"name", "reelshare"}}}, {"spans", std::move(all)}};
    return json::serialize(json::object{
        {"resourceSpans", json::array{json::object{
                              {"resource", std::move(resource)}, {"scopeSpans", json::array{scope}}
                          }}}
    });
}

std::unique_ptr<SpanSink> make_otlp_exporter(OtlpOptions options, Metrics& metrics) {
    while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
    return std::make_unique<OtlpExporter>(std::move(options), metrics);
}

}  // namespace reelshare::outbound
