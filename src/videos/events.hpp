#pragma once
// GET /video/:id/events: the processing of a clip as server-sent events.

#include "cache/bus.hpp"
#include "http/message.hpp"
#include "videos/videos.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace reelshare::videos {

struct EventStreamOptions {
    std::chrono::milliseconds slice{500};   ///< Wakes so often to see whether the server stops.
    std::chrono::milliseconds poll{2'000};  ///< Asks the database, in case a message was lost.
    std::chrono::milliseconds heartbeat{15'000};
    std::chrono::milliseconds life = std::chrono::minutes(30);
    std::size_t max_streams = 1'000;
    std::size_t max_streams_per_address = 20;
};

/// Thread-safe. Must outlive the server.
class EventStreams {
  public:
    EventStreams(Videos& videos, cache::Bus& bus, EventStreamOptions options = {});

    /// An endless answer that begins with the state of now and ends by itself. `too_many`,
    /// `unavailable`: over the limits.
    Task<Result<http::Response>> open(std::string video_id, std::string client_address);

    /// Ends all streams within a moment, so that a shutdown need not wait for them.
    void stop() { stopping_ = true; }

    [[nodiscard]] std::size_t open_streams() const;

  private:
    friend class EventStream;
    class Slot;
    Result<std::unique_ptr<Slot>> take_slot(const std::string& address);

    Videos& videos_;
    cache::Bus& bus_;
    const EventStreamOptions options_;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::size_t streams_ = 0;
    std::map<std::string, std::size_t> per_address_;
};

}  // namespace reelshare::videos
