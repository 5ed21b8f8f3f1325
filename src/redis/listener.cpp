#include "redis/listener.hpp"

#include "base/id.hpp"
#include "redis/answer.hpp"

#include <utility>

namespace reelshare::redis {

namespace {

constexpr std::chrono::milliseconds kSpeakEvery{1000};
constexpr std::chrono::milliseconds kSilence{3000};
constexpr std::chrono::milliseconds kSubscribeTime{1000};

}  // namespace

Listener::Listener(
    asio::io_context& loop,
    Address address,
    Listening listening,
    std::function<void(const std::string& channel)> speak
)
    : loop_(loop),
      opener_(loop, std::move(address)),
      listening_(std::move(listening)),
      speak_(std::move(speak)),
      own_channel_(Client::key("alive:" + new_id())),
      pause_(loop) {}

Task<void> Listener::run() {
    while (!stopping_) {
        const auto connection = co_await subscribe();
        if (connection) {
            listening_.ready();
            co_await watch();
        }
        if (!stopping_) co_await pause(back_off_.next());
    }
}

void Listener::stop() {
    stopping_ = true;
    pause_.cancel();
}

Task<std::unique_ptr<Connection>> Listener::subscribe() {
    auto opened = co_await opener_.open();
    if (!opened) co_return nullptr;
    lost_ = false;
    (*opened)->on_lost([this] {
        lost_ = true;
        pause_.cancel();
    });
    auto channels = listening_.channels;
    channels.push_back(own_channel_);
    Answer<bool> subscribed(loop_);
    (*opened)->subscribe(
        channels, [done = subscribed.callback()] { done(true); },
        [this](const std::string& channel, const std::string& payload) {
            heard_ = Clock::now();
            if (channel != own_channel_) listening_.heard(channel, payload);
        }
    );
    const auto on = co_await subscribed.wait(kSubscribeTime);
    if (!on) co_return nullptr;
    co_return std::move(*opened);
}

/// Until the connection is lost or silent.
Task<void> Listener::watch() {
    heard_ = Clock::now();
    while (!stopping_ && !lost_) {
        speak_(own_channel_);
        co_await pause(kSpeakEvery);
        if (Clock::now() - heard_ > kSilence) break;
        if (Clock::now() - heard_ > kSpeakEvery * 2) continue;
        back_off_.reset();
        if (listening_.alive) listening_.alive();
    }
}

Task<void> Listener::pause(std::chrono::milliseconds time) {
    pause_.expires_after(time);
    const auto woken = co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    (void)woken;
}

}  // namespace reelshare::redis
