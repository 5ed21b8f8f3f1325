#pragma once
// A connection that is kept: opened again with back-off whenever it is lost, and judged by how fast
// it answers. Lives on the client's loop; only `up` is for any thread.

#include "redis/opener.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace reelshare::redis {

/// How long to wait before the next try: doubles up to a bound.
class BackOff {
  public:
    std::chrono::milliseconds next();
    void reset() { delay_ = kFirst; }

  private:
    static constexpr std::chrono::milliseconds kFirst{100};
    static constexpr std::chrono::milliseconds kMost{2000};
    std::chrono::milliseconds delay_ = kFirst;
};

class Link {
  public:
    using Clock = std::chrono::steady_clock;
    using Replied = Connection::Replied;

    /// `budget`: what Redis may take for a command before it counts as slow.
    Link(asio::io_context& loop, Address address, std::chrono::milliseconds budget);

    ~Link();

    /// Once; ends some time after `stop`.
    Task<void> run();
    void stop();
    /// Called on the loop whenever `up` changes.
    void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

    /// Connected, and answering in time. While it is not, nothing is sent.
    [[nodiscard]] bool up() const { return up_.load(std::memory_order_relaxed); }

    /// `replied` is called once, at the latest when `deadline` has passed (`timeout`).
    void send(const Command& command, Clock::time_point deadline, Replied replied);

  private:
    struct Waiting {
        Replied replied;  ///< Empty once the deadline has passed: the answer is for nobody.
        Clock::time_point deadline;
    };

    Task<bool> connect();
    Task<void> watch();
    Task<void> pause(std::chrono::milliseconds time);
    void answered(Result<Reply> reply);
    void expire();
    void arm(Clock::time_point deadline);
    void judge();
    void set_up(bool up);
    void drop();

    asio::io_context& loop_;
    Opener opener_;
    const std::chrono::milliseconds budget_;
    std::unique_ptr<Connection> connection_;
    std::deque<Waiting> waiting_;  ///< In the order of sending, which is that of the answers.
    std::size_t late_ = 0;         ///< Of those, the ones whose deadline has passed.
    std::optional<Clock::time_point> late_since_;
    std::optional<Clock::time_point> armed_;  ///< When `deadline_` fires.
    asio::steady_timer deadline_;
    asio::steady_timer pause_;
    BackOff back_off_;
    std::function<void()> changed_;
    std::atomic<bool> up_{false};
    bool lost_ = false;
    bool stopping_ = false;
    bool complained_ = false;
};

}  // namespace reelshare::redis
