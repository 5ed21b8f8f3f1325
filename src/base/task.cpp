#include "base/task.hpp"

#include "base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace reelshare {

Task<bool> sleep_for(std::chrono::steady_clock::duration time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return !ec;
}

void spawn(asio::any_io_executor executor, std::string name, std::function<Task<void>()> task) {
    // Given as a function object, so that Asio keeps the captures alive as long as the coroutine.
    asio::co_spawn(executor, std::move(task), [name = std::move(name)](std::exception_ptr failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("task_failed", {{"task", name}, {"error", error.what()}});
        }
    });
}

}  // namespace reelshare
