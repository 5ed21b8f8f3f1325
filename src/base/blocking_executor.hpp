#pragma once
// The one place where blocking work runs: SQLite reads, password hashing, fsync, file reads. Event
// loops never block; they await `run`, which resumes them on their own loop.

#include "base/standing_queue.hpp"
#include "base/task.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>

namespace reelshare {

/// A fixed number of threads and a bounded queue. When the queue is full, `run` answers
/// `Errc::unavailable` at once, so that an overload is refused instead of collected.
class BlockingExecutor {
  public:
    BlockingExecutor(std::size_t threads, std::size_t max_queued)
        : pool_(threads), threads_(threads), max_queued_(max_queued) {}
    ~BlockingExecutor() { stop(); }
    BlockingExecutor(const BlockingExecutor&) = delete;
    BlockingExecutor& operator=(const BlockingExecutor&) = delete;

    /// Lets what is queued finish, then ends the threads.
    void stop() { pool_.join(); }

    [[nodiscard]] std::size_t threads() const { return threads_; }
    /// Work that waits for or holds a thread.
    [[nodiscard]] std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }
    /// Whether more is asked of it than it can do: what waits now does so for long, and so did what
    /// came before it. Then new requests are better refused, while `run` goes on for old ones.
    [[nodiscard]] bool overloaded() const { return queue_.stands(StandingQueue::Clock::now()); }

    /// Runs `work` (which returns Result<T>) on a thread of the pool and resumes the caller on its
    /// own executor. An exception of `work` is rethrown to the caller.
    template <class F>
    Task<std::invoke_result_t<F&>> run(F work) {
        using R = std::invoke_result_t<F&>;
        if (pending_.fetch_add(1, std::memory_order_relaxed) >= max_queued_) {
            pending_.fetch_sub(1, std::memory_order_relaxed);
            co_return fail_unavailable("blocking queue full");
        }
        std::optional<R> result;
        std::exception_ptr failure;
        const auto queued = StandingQueue::Clock::now();
        queue_.entered();
        // The lambda's frame outlives the wait: both locals live in this coroutine's frame.
        co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
            [&](auto handler) {
                auto home = asio::prefer(
                    asio::get_associated_executor(handler),
                    asio::execution::outstanding_work.tracked
                );
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                asio::post(pool_, [&result, &failure, &work, queued, this, home, shared]() mutable {
                    const auto now = StandingQueue::Clock::now();
                    queue_.left(now - queued, now);
                    try {
                        result.emplace(work());
                    } catch (...) {
                        failure = std::current_exception();
                    }
                    pending_.fetch_sub(1, std::memory_order_relaxed);
                    asio::post(home, [shared] { std::move (*shared)(); });
                });
            },
            asio::use_awaitable
        );
        if (failure) std::rethrow_exception(failure);
        co_return std::move(*result);
    }

  private:
    asio::thread_pool pool_;
    std::size_t threads_;
    std::size_t max_queued_;
    std::atomic<std::size_t> pending_{0};
    StandingQueue queue_;
};

}  // namespace reelshare
