#pragma once
// Tells a queue that stands from one that only takes up a burst (the idea of CoDel): in the first
// nothing gets through without waiting, for a while on end. Decides without a clock of its own.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace reelshare {

/// Thread-safe.
class StandingQueue {
  public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        Clock::duration target = std::chrono::milliseconds(500);      ///< A wait that is no fault.
        Clock::duration interval = std::chrono::milliseconds(1'000);  ///< Longer than any burst.
    };

    explicit StandingQueue(Limits limits) : limits_(limits) {}
    StandingQueue() : StandingQueue(Limits{}) {}

    void entered() { waiting_.fetch_add(1, std::memory_order_relaxed); }

    /// Something left the queue at `now` after it had waited for `wait`.
    void left(Clock::duration wait, Clock::time_point now) {
        const bool empty = waiting_.fetch_sub(1, std::memory_order_relaxed) == 1;
        if (empty || wait <= limits_.target) {
            late_since_.store(kNever, std::memory_order_relaxed);
            return;
        }
        std::int64_t never = kNever;
        late_since_.compare_exchange_strong(
            never, now.time_since_epoch().count(), std::memory_order_relaxed
        );
    }

    /// Whether something waits, and whatever left the queue lately had waited too long.
    [[nodiscard]] bool stands(Clock::time_point now) const {
        const std::int64_t since = late_since_.load(std::memory_order_relaxed);
        return since != kNever &&
               now - Clock::time_point(Clock::duration(since)) >= limits_.interval;
    }

  private:
    static constexpr std::int64_t kNever = -1;

    const Limits limits_;
    std::atomic<std::int64_t> waiting_{0};
    std::atomic<std::int64_t> late_since_{kNever};
};

}  // namespace reelshare
