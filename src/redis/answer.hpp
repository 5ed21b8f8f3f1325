#pragma once
// Awaits a callback that comes on the same loop, for a limited time.

#include "base/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace reelshare::redis {

template <class T>
class Answer {
  public:
    explicit Answer(asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

    /// May outlive this object and be called late: nobody listens then.
    std::function<void(T)> callback() {
        return [state = state_](T value) {
            state->value.emplace(std::move(value));
            state->timer.cancel();
        };
    }

    /// Nothing where the time is over first.
    Task<std::optional<T>> wait(std::chrono::milliseconds time) {
        if (!state_->value) {
            state_->timer.expires_after(time);
            const auto woken =
                co_await state_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
            (void)woken;  // The value tells.
        }
        co_return std::move(state_->value);
    }

  private:
    struct State {
        explicit State(asio::io_context& loop) : timer(loop) {}
        std::optional<T> value;
        asio::steady_timer timer;
    };
    std::shared_ptr<State> state_;
};

}  // namespace reelshare::redis
