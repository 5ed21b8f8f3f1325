#pragma once
// Server-sent events: answers that stay open and tell what happens. How many may be open, the
// heartbeat and the end are the same for all; what is told is the source's.

#include "base/places.hpp"
#include "base/task.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace reelshare::http {

struct EventStreamLimits {
    std::chrono::milliseconds slice{500};  ///< Looks so often whether both sides stay.
    std::chrono::milliseconds heartbeat{15'000};
    std::chrono::milliseconds life = std::chrono::minutes(30);
    std::size_t max_streams = 1'000;
    std::size_t max_per_client = 20;
};

/// What a source had to say.
struct Events {
    std::string text;   ///< In the form of `event_text`; "" where nothing happened.
    bool last = false;  ///< Nothing will follow.
};

/// Where the events of one stream come from. Runs on the loop of its connection.
class EventSource {
  public:
    virtual ~EventSource() = default;
    /// The next events, or none when `until` passes first.
    virtual Task<Events> next(std::chrono::steady_clock::time_point until) = 0;
};

[[nodiscard]] std::string event_text(std::string_view kind, const boost::json::object& data);

/// Thread-safe. Must outlive the server.
class EventStreams {
  public:
    /// A place among the streams that may be open at once.
    using Place = Places::Place;

    explicit EventStreams(EventStreamLimits limits = {});

    /// A place for one more stream of `client`, an address or a user. `too_many`, `unavailable`:
    /// over the limits.
    Result<std::unique_ptr<Place>> take_place(std::string client);

    /// The endless answer; its body holds place and source for as long as it is sent.
    Response open(std::unique_ptr<Place> place, std::unique_ptr<EventSource> source);

    /// Ends all streams within a moment, so that a shutdown need not wait for them.
    void stop() { stopping_ = true; }

    [[nodiscard]] std::size_t open_streams() const { return places_.taken(); }

  private:
    class Stream;

    const EventStreamLimits limits_;
    std::atomic<bool> stopping_{false};
    Places places_;
};

}  // namespace reelshare::http
