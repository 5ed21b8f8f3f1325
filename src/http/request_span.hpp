#pragma once
// A request as a piece of a trace.

#include "http/message.hpp"

namespace reelshare::http {

/// One that has just ended after `seconds`. Named by method and route, not by path: names are
/// counted (OpenTelemetry's semantic conventions for HTTP spans).
[[nodiscard]] Span span_of(const Request& request, int status, double seconds);

}  // namespace reelshare::http
