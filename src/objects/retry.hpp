#pragma once
// When a request that failed is sent again: decisions without I/O.

#include <chrono>
#include <mutex>
#include <optional>

namespace reelshare::objects {

/// Keeps repeats to a tenth of the requests, so that a service in trouble is not buried under
/// them; some are saved up for a bad moment. Thread-safe.
class RetryBudget {
  public:
    static constexpr double kShare = 0.1;
    static constexpr double kSaved = 20;

    /// A request was answered.
    void earn();
    /// Whether one more repeat is paid for.
    [[nodiscard]] bool spend();

  private:
    std::mutex mutex_;
    double tokens_ = kSaved;
};

/// How long to wait before attempt `attempt + 1` (`attempt` counts from 1): a random part of 100 ms
/// that doubles up to 2 s, at least `asked` (the service's Retry-After). Nothing where four
/// attempts are used up or `left`, the time until the caller gives up, would be over.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_pause(
    int attempt, std::chrono::milliseconds left, std::chrono::milliseconds asked = {}
);

/// Whether the same request may succeed a moment later.
[[nodiscard]] bool is_passing(int status);

}  // namespace reelshare::objects
