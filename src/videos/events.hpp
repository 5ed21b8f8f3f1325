#pragma once
// GET /video/:id/events: the processing of a clip as server-sent events.

#include "cache/bus.hpp"
#include "http/event_streams.hpp"
#include "http/message.hpp"
#include "videos/videos.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace reelshare::videos {

struct EventStreamOptions {
    http::EventStreamLimits limits{};       ///< A client is an address.
    std::chrono::milliseconds poll{2'000};  ///< Asks the database, in case a message was lost.
};

/// Thread-safe. Must outlive the server.
class EventStreams {
  public:
    EventStreams(Videos& videos, cache::Bus& bus, EventStreamOptions options = {});

    /// An endless answer that begins with the state of now and ends by itself. `too_many`,
    /// `unavailable`: over the limits.
    Task<Result<http::Response>> open(std::string video_id, std::string client_address);

    /// Ends all streams within a moment, so that a shutdown need not wait for them.
    void stop() { streams_.stop(); }

    [[nodiscard]] std::size_t open_streams() const { return streams_.open_streams(); }

  private:
    Videos& videos_;
    cache::Bus& bus_;
    const EventStreamOptions options_;
    http::EventStreams streams_;
};

}  // namespace reelshare::videos
