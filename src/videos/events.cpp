#include "videos/events.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace reelshare::videos {

namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

std::string event(std::string_view kind, const json::object& data) {
    return fmt::format("event: {}\ndata: {}\n\n", kind, json::serialize(data));
}

bool is_final(std::string_view status) {
    return status == "ready" || status == "failed";
}

/// What a message on the bus says; a broken one says nothing.
struct Message {
    std::string status;
    int percent = 0;
};

Message message_of(std::string_view payload) {
    Message message;
    json::error_code ec;
    const json::value value = json::parse(payload, ec);
    const json::object* object = ec ? nullptr : value.if_object();
    if (!object) return message;
    if (const auto* status = object->if_contains("status"); status && status->is_string())
        message.status = std::string(status->get_string());
    if (const auto* percent = object->if_contains("progress"); percent && percent->is_number())
        message.percent = static_cast<int>(std::clamp(percent->to_number<double>(), 0.0, 100.0));
    return message;
}

}  // namespace

/// A place among the streams that may be open at once.
class EventStreams::Slot {
  public:
    Slot(EventStreams& streams, std::string address)
        : streams_(streams), address_(std::move(address)) {}
    ~Slot() {
        const std::lock_guard lock(streams_.mutex_);
        --streams_.streams_;
        const auto place = streams_.per_address_.find(address_);
        if (--place->second == 0) streams_.per_address_.erase(place);
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

  private:
    EventStreams& streams_;
    std::string address_;
};

/// One open answer. Says what changed, and nothing twice; progress never goes back.
class EventStream {
  public:
    EventStream(
        EventStreams& streams,
        std::unique_ptr<EventStreams::Slot> slot,
        std::unique_ptr<cache::Subscription> messages,
        std::string video_id,
        const Progress& now
    )
        : streams_(streams),
          slot_(std::move(slot)),
          messages_(std::move(messages)),
          video_id_(std::move(video_id)) {
        waiting_ = take(now);
    }

    /// The next piece to send; "" at the end.
    Task<Result<std::string>> next() {
        if (!waiting_.empty()) co_return std::exchange(waiting_, {});
        while (!ended_) {
            const auto payload = co_await messages_->next(Clock::now() + streams_.options_.slice);
            const auto now = Clock::now();
            if (streams_.stopping_ || now - opened_ >= streams_.options_.life) break;
            std::string text = payload ? take(message_of(*payload)) : std::string();
            if (ask_ || now - asked_ >= streams_.options_.poll) {
                const auto state = co_await streams_.videos_.progress(video_id_);
                asked_ = Clock::now();
                // A deleted post has no more to tell; a database that is down may come back.
                if (state)
                    text += take(*state);
                else if (state.error().code == Errc::not_found)
                    break;
                ask_ = false;
            }
            if (text.empty() && now - sent_ >= streams_.options_.heartbeat)
                text = ": still here\n\n";
            if (text.empty()) continue;
            sent_ = now;
            co_return text;
        }
        ended_ = true;
        co_return std::string();
    }

  private:
    /// The end of the work is read from the database, which alone knows why something failed.
    std::string take(const Message& message) {
        if (is_final(message.status)) {
            ask_ = true;
            return {};
        }
        return advance(message.status, message.percent);
    }

    std::string take(const Progress& state) {
        if (!is_final(state.status))
            return advance(state.status, static_cast<int>(std::floor(state.fraction * 100)));
        ended_ = true;
        json::object data{{"status", state.status}};
        if (state.status == "ready")
            data["progress"] = 100;
        else
            data["failure"] = state.failure;
        return event("status", data);
    }

    std::string advance(const std::string& status, int percent) {
        // 100 belongs to the end.
        percent = std::clamp(percent, 0, 99);
        std::string text;
        if (status == "playable" && std::exchange(status_, status) != status)
            text += event("status", {{"status", status}});
        if (percent <= percent_) return text;
        percent_ = percent;
        return text + event("progress", {{"progress", percent}, {"status", status_}});
    }

    EventStreams& streams_;
    std::unique_ptr<EventStreams::Slot> slot_;
    std::unique_ptr<cache::Subscription> messages_;
    std::string video_id_;
    std::string status_ = "processing";
    int percent_ = -1;
    std::string waiting_;
    bool ask_ = false;
    bool ended_ = false;
    Clock::time_point opened_ = Clock::now();
    Clock::time_point asked_ = opened_;
    Clock::time_point sent_ = opened_;
};

EventStreams::EventStreams(Videos& videos, cache::Bus& bus, EventStreamOptions options)
    : videos_(videos), bus_(bus), options_(options) {}

Result<std::unique_ptr<EventStreams::Slot>> EventStreams::take_slot(const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || streams_ >= options_.max_streams)
        return fail_unavailable("too many event streams", 5);
    std::size_t& open = per_address_[address];
    if (open >= options_.max_streams_per_address) {
        return std::unexpected(Error{
            .code = Errc::too_many,
            .message = "Too many requests. Please try again after a while.",
            .retry_after_s = 5
        });
    }
    ++open;
    ++streams_;
    return std::make_unique<Slot>(*this, address);
}

Task<Result<http::Response>> EventStreams::open(std::string video_id, std::string client_address) {
    auto first = co_await videos_.progress(video_id);
    if (!first) co_return std::unexpected(first.error());
    auto slot = take_slot(client_address);
    if (!slot) co_return std::unexpected(slot.error());
    // First the subscription, then the state: what happens in between is told twice rather than
    // never.
    auto messages = bus_.subscribe("asset:" + first->asset_id);
    auto now = co_await videos_.progress(video_id);
    if (!now) co_return std::unexpected(now.error());
    auto stream = std::make_shared<EventStream>(
        *this, std::move(*slot), std::move(messages), std::move(video_id), *now
    );
    http::Response response;
    response.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store");
    response.set("X-Accel-Buffering", "no");
    // The answer's body holds the stream for as long as it is sent.
    response.body =
        http::StreamBody{.next = [stream]() { return stream->next(); }, .length = std::nullopt};
    co_return response;
}

std::size_t EventStreams::open_streams() const {
    const std::lock_guard lock(mutex_);
    return streams_;
}

}  // namespace reelshare::videos
