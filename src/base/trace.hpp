#pragma once
// Which piece of work belongs to which (W3C Trace Context, Recommendation of 23 November 2021), and
// where finished pieces are told. The exporter is outbound/otlp.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare {

/// One piece of work. All hexadecimal in lower case; empty where nothing is traced.
struct Trace {
    std::string id;        ///< 32 digits, shared by all that belongs together.
    std::string span;      ///< 16 digits: this piece.
    std::string parent;    ///< 16 digits: what asked for it; empty: nobody.
    bool sampled = false;  ///< Finished pieces are told.

    [[nodiscard]] explicit operator bool() const { return !id.empty(); }
};

/// A piece of the trace that a `traceparent` header names. Nothing where it is not one: what others
/// send must not break us, nor get into a log as it is.
[[nodiscard]] std::optional<Trace> continue_trace(std::string_view traceparent);
[[nodiscard]] Trace begin_trace(bool sampled);
/// What to send to whoever goes on with this work; empty where nothing is traced.
[[nodiscard]] std::string traceparent(const Trace& trace);

/// A finished piece of work.
struct Span {
    Trace trace;
    std::string name;
    bool served = false;  ///< Somebody else waited for it (a request); else our own work (a job).
    bool failed = false;  ///< By our fault.
    std::int64_t start_ns = 0;  ///< Since 1970.
    std::int64_t end_ns = 0;
    std::vector<std::pair<std::string, std::string>> attributes{};
};

/// Where spans go. Never blocks and never fails: telling is less than doing.
class SpanSink {
  public:
    SpanSink() = default;
    virtual ~SpanSink() = default;
    SpanSink(const SpanSink&) = delete;
    SpanSink& operator=(const SpanSink&) = delete;

    /// Whether a trace that begins here is told.
    [[nodiscard]] virtual bool drawn() = 0;
    virtual void add(Span span) = 0;
};

}  // namespace reelshare
