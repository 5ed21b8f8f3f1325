#pragma once
// The connection on which messages arrive, kept open. Silence proves nothing on such a connection,
// so it also listens to a channel of its own on which the client speaks every second.

#include "redis/client.hpp"
#include "redis/link.hpp"
#include "redis/opener.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace reelshare::redis {

class Listener {
  public:
    /// `speak` publishes something to the channel that it is given. `ready` and `heard` as in
    /// Listening.
    Listener(
        asio::io_context& loop,
        Address address,
        Listening listening,
        std::function<void(const std::string& channel)> speak
    );

    /// Once; ends some time after `stop`.
    Task<void> run();
    void stop();

  private:
    using Clock = std::chrono::steady_clock;

    Task<std::unique_ptr<Connection>> subscribe();
    Task<void> watch();
    Task<void> pause(std::chrono::milliseconds time);

    asio::io_context& loop_;
    Opener opener_;
    Listening listening_;
    std::function<void(const std::string&)> speak_;
    std::string own_channel_;
    Clock::time_point heard_{};
    asio::steady_timer pause_;
    BackOff back_off_;
    bool lost_ = false;
    bool stopping_ = false;
};

}  // namespace reelshare::redis
