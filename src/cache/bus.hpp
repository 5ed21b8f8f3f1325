#pragma once
// Short messages between the parts of a server and, with Redis, between nodes: invalidations and
// progress. Best effort: a listener that is too slow or a lost connection misses messages, so
// whatever depends on them also has a bound in time.
//
// Topics: "drop" (payload: a near-cache tag), "asset:<id>" (payload: JSON {status, progress}),
// "session-drop" (accounts/session_cache.hpp), "likes-drop" (videos/liked_sets.hpp).

#include "base/task.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::cache {

/// One listener's queue of messages of one topic; destroying it ends the subscription.
class Subscription {
  public:
    virtual ~Subscription() = default;
    /// The next message, or nothing when `deadline` passes first. One waiter at a time.
    virtual Task<std::optional<std::string>> next(std::chrono::steady_clock::time_point deadline
    ) = 0;
};

/// Thread-safe.
class Bus {
  public:
    virtual ~Bus() = default;
    virtual void publish(std::string_view topic, std::string payload) = 0;
    /// Messages published after the call. At most 64 wait; then the oldest is dropped.
    virtual std::unique_ptr<Subscription> subscribe(std::string topic) = 0;
    /// Calls `listener` for each message of `topic`, on the publisher's thread before `publish`
    /// returns, or on a thread of the bus where another node published. Must not block. For the
    /// life of the bus; set up before threads start.
    virtual void listen(
        std::string topic, std::function<void(std::string_view payload)> listener
    ) = 0;
    /// Calls `listener` when messages of other nodes may have been missed: what was kept because
    /// nobody objected may be stale. For the life of the bus; set up before threads start.
    virtual void on_gap(std::function<void()> listener) = 0;
};

/// Inside one process: misses nothing by itself.
class MemoryBus : public Bus {
  public:
    /// Calls those who listen for gaps: for a bus between nodes, which has this one inside.
    virtual void tell_gap() = 0;
};

[[nodiscard]] std::unique_ptr<MemoryBus> make_memory_bus();

}  // namespace reelshare::cache
