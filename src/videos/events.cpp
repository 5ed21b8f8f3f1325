#include "videos/events.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace reelshare::videos {

namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

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

/// The processing of one clip. Says what changed, and nothing twice; progress never goes back.
class ProgressSource final : public http::EventSource {
  public:
    ProgressSource(
        Videos& videos,
        std::chrono::milliseconds poll,
        std::unique_ptr<cache::Subscription> messages,
        std::string video_id,
        const Progress& now
    )
        : videos_(videos),
          poll_(poll),
          messages_(std::move(messages)),
          video_id_(std::move(video_id)) {
        waiting_ = take(now);
    }

    Task<http::Events> next(Clock::time_point until) override {
        if (ended_ || !waiting_.empty())
            co_return http::Events{.text = std::exchange(waiting_, {}), .last = ended_};
        const auto payload = co_await messages_->next(until);
        std::string text = payload ? take(message_of(*payload)) : std::string();
        if (ask_ || Clock::now() - asked_ >= poll_) {
            const auto state = co_await videos_.progress(video_id_);
            asked_ = Clock::now();
            // A deleted post has no more to tell; a database that is down may come back.
            if (state)
                text += take(*state);
            else
                ended_ = state.error().code == Errc::not_found;
            ask_ = false;
        }
        co_return http::Events{.text = std::move(text), .last = ended_};
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
            return work(state) +
                   advance(state.status, static_cast<int>(std::floor(state.fraction * 100)));
        ended_ = true;
        json::object data{{"status", state.status}};
        if (state.status == "ready")
            data["progress"] = 100;
        else
            data["failure"] = state.failure;
        return http::event_text("status", data);
    }

    /// What it waits for; how far it is has events of its own.
    std::string work(const Progress& state) {
        if (!state.work) return {};
        json::object data = *state.work;
        data.erase("progress");
        std::string text = http::event_text("processing", data);
        return std::exchange(work_, text) == text ? std::string() : text;
    }

    std::string advance(const std::string& status, int percent) {
        // 100 belongs to the end.
        percent = std::clamp(percent, 0, 99);
        std::string text;
        if (status == "playable" && std::exchange(status_, status) != status)
            text += http::event_text("status", {{"status", status}});
        if (percent <= percent_) return text;
        percent_ = percent;
        return text + http::event_text("progress", {{"progress", percent}, {"status", status_}});
    }

    Videos& videos_;
    std::chrono::milliseconds poll_;
    std::unique_ptr<cache::Subscription> messages_;
    std::string video_id_;
    std::string status_ = "processing";
    int percent_ = -1;
    std::string work_;  ///< The last that was told.
    std::string waiting_;
    bool ask_ = false;
    bool ended_ = false;
    Clock::time_point asked_ = Clock::now();
};

}  // namespace

EventStreams::EventStreams(Videos& videos, cache::Bus& bus, EventStreamOptions options)
    : videos_(videos), bus_(bus), options_(options), streams_(options.limits) {}

Task<Result<http::Response>> EventStreams::open(std::string video_id, std::string client_address) {
    auto first = co_await videos_.progress(video_id);
    if (!first) co_return std::unexpected(first.error());
    auto place = streams_.take_place(std::move(client_address));
    if (!place) co_return std::unexpected(place.error());
    // First the subscription, then the state: what happens in between is told twice rather than
    // never.
    auto messages = bus_.subscribe("asset:" + first->asset_id);
    auto now = co_await videos_.progress(video_id);
    if (!now) co_return std::unexpected(now.error());
    auto source = std::make_unique<ProgressSource>(
        videos_, options_.poll, std::move(messages), std::move(video_id), *now
    );
    co_return streams_.open(std::move(*place), std::move(source));
}

}  // namespace reelshare::videos
