#include "http/event_streams.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <utility>

namespace reelshare::http {

using Clock = std::chrono::steady_clock;

std::string event_text(std::string_view kind, const boost::json::object& data) {
    return fmt::format("event: {}\ndata: {}\n\n", kind, boost::json::serialize(data));
}

namespace {

Error too_many_streams() {
    return fail_unavailable("too many event streams", 5).error();
}

}  // namespace

EventStreams::EventStreams(EventStreamLimits limits)
    : limits_(limits),
      places_(
          {.most = limits.max_streams, .most_per_client = limits.max_per_client},
          {.full = too_many_streams(),
           .client_full =
               {.code = Errc::too_many,
                .message = "Too many requests. Please try again after a while.",
                .retry_after_s = 5}}
      ) {}

/// One open answer.
class EventStreams::Stream {
  public:
    Stream(EventStreams& streams, std::unique_ptr<Place> place, std::unique_ptr<EventSource> source)
        : streams_(streams), place_(std::move(place)), source_(std::move(source)) {}

    Task<Result<std::optional<std::string>>> next() {
        if (ended_) co_return std::nullopt;
        Events events = co_await source_->next(Clock::now() + streams_.limits_.slice);
        const auto now = Clock::now();
        ended_ = events.last || streams_.stopping_ || now - opened_ >= streams_.limits_.life;
        if (events.text.empty() && !ended_ && now - sent_ >= streams_.limits_.heartbeat)
            events.text = ": still here\n\n";
        if (!events.text.empty()) sent_ = now;
        co_return std::move(events.text);
    }

  private:
    EventStreams& streams_;
    std::unique_ptr<Place> place_;
    std::unique_ptr<EventSource> source_;
    bool ended_ = false;
    Clock::time_point opened_ = Clock::now();
    Clock::time_point sent_ = opened_;
};

Result<std::unique_ptr<EventStreams::Place>> EventStreams::take_place(std::string client) {
    if (stopping_) return std::unexpected(too_many_streams());
    return places_.take(std::move(client));
}

Response EventStreams::open(std::unique_ptr<Place> place, std::unique_ptr<EventSource> source) {
    auto stream = std::make_shared<Stream>(*this, std::move(place), std::move(source));
    Response response;
    response.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store");
    response.set("X-Accel-Buffering", "no");
    response.body =
        StreamBody{.next = [stream]() { return stream->next(); }, .length = std::nullopt};
    return response;
}

}  // namespace reelshare::http
