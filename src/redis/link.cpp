#include "redis/link.hpp"

#include "base/log.hpp"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace reelshare::redis {

namespace {

constexpr std::chrono::milliseconds kPingEvery{1000};
/// An answer that is later than this will not come: half-open connections look so.
constexpr std::chrono::milliseconds kGiveUp{2000};
constexpr std::size_t kMaxWaiting = 10'000;

}  // namespace

std::chrono::milliseconds BackOff::next() {
    return std::exchange(delay_, std::min(delay_ * 2, kMost));
}

Link::Link(asio::io_context& loop, Address address, std::chrono::milliseconds budget)
    : loop_(loop),
      opener_(loop, std::move(address)),
      budget_(budget),
      deadline_(loop),
      pause_(loop) {}

Link::~Link() {
    changed_ = nullptr;
    connection_.reset();  // Answers whoever waits, while the rest is still there.
}

Task<void> Link::run() {
    while (!stopping_) {
        const bool connected = co_await connect();
        if (connected) {
            co_await watch();
            drop();
        }
        if (!stopping_) co_await pause(back_off_.next());
    }
}

void Link::stop() {
    stopping_ = true;
    pause_.cancel();
}

/// Up only when it has also answered a command in time.
Task<bool> Link::connect() {
    auto opened = co_await opener_.open();
    if (opened) {
        const auto asked = Clock::now();
        const auto pong = co_await Opener::ask(loop_, **opened, Command{"PING"});
        if (!pong)
            opened = std::unexpected(pong.error());
        else if (Clock::now() - asked > budget_)
            opened = fail_unavailable("Redis answers too slowly");
    }
    if (!opened) {
        if (!std::exchange(complained_, true))
            log::warn("redis_unavailable", {{"detail", opened.error().detail}});
        co_return false;
    }
    connection_ = std::move(*opened);
    lost_ = false;
    connection_->on_lost([this] {
        lost_ = true;
        set_up(false);
        pause_.cancel();
    });
    if (std::exchange(complained_, false)) log::info("redis_back");
    judge();
    co_return true;
}

/// Until the connection is lost or has been silent for too long.
Task<void> Link::watch() {
    while (!stopping_ && !lost_) {
        co_await pause(kPingEvery);
        if (stopping_ || lost_) break;
        if (late_since_ && Clock::now() - *late_since_ > kGiveUp) break;
        if (late_since_) continue;
        back_off_.reset();
        send(Command{"PING"}, Clock::now() + budget_, [](const Result<Reply>&) {});
    }
}

Task<void> Link::pause(std::chrono::milliseconds time) {
    pause_.expires_after(time);
    const auto woken = co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    (void)woken;  // Cancelled where something happened: the caller looks.
}

void Link::drop() {
    set_up(false);
    connection_.reset();  // Answers whoever waits.
    waiting_.clear();
    late_ = 0;
    late_since_.reset();
    armed_.reset();
    deadline_.cancel();
    if (!stopping_ && !std::exchange(complained_, true)) log::warn("redis_lost");
}

void Link::send(const Command& command, Clock::time_point deadline, Replied replied) {
    if (!connection_ || !connection_->is_open() || lost_ || waiting_.size() >= kMaxWaiting)
        return replied(fail_unavailable("no connection to Redis"));
    waiting_.push_back({std::move(replied), deadline});
    connection_->send(command, [this](Result<Reply> reply) { answered(std::move(reply)); });
    arm(deadline);
}

void Link::answered(Result<Reply> reply) {
    if (waiting_.empty()) return;
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    if (!first.replied) --late_;
    // A master that became a replica: the sentinels know the new one.
    if (!reply && reply.error().detail.starts_with("READONLY")) {
        lost_ = true;
        pause_.cancel();
    }
    judge();
    if (first.replied) first.replied(std::move(reply));
}

void Link::expire() {
    armed_.reset();
    const auto now = Clock::now();
    auto next = Clock::time_point::max();
    std::vector<Replied> overdue;
    for (Waiting& one : waiting_) {
        if (!one.replied) continue;
        if (one.deadline <= now)
            overdue.push_back(std::exchange(one.replied, nullptr));
        else
            next = std::min(next, one.deadline);
    }
    late_ += overdue.size();
    judge();
    for (Replied& replied : overdue)
        replied(std::unexpected(
            Error{.code = Errc::timeout, .message = {}, .detail = "Redis did not answer in time"}
        ));
    if (next != Clock::time_point::max()) arm(next);
}

/// Slow as long as an answer is overdue.
void Link::judge() {
    if (late_ == 0) late_since_.reset();
    if (late_ > 0 && !late_since_) late_since_ = Clock::now();
    set_up(connection_ && !lost_ && late_ == 0);
}

void Link::set_up(bool up) {
    if (up_.exchange(up) != up && changed_) changed_();
}

void Link::arm(Clock::time_point deadline) {
    if (armed_ && *armed_ <= deadline) return;
    armed_ = deadline;
    deadline_.expires_at(deadline);
    deadline_.async_wait([this](boost::system::error_code ec) {
        if (!ec) expire();
    });
}

}  // namespace reelshare::redis
