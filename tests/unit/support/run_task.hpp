#pragma once
// Runs a coroutine to its end on an event loop of its own; the deadline is a bug's, not a measure.

#include "base/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace reelshare {

/// The loop of this thread. Other threads may hold an executor of it for a moment after a task has
/// ended, and unlike `run`, `run_for` does not wait for them: loops live as long as the program.
inline asio::io_context& loop_of_this_thread() {
    static std::mutex mutex;
    static std::deque<asio::io_context> loops;
    thread_local asio::io_context& own = []() -> asio::io_context& {
        const std::lock_guard lock(mutex);
        return loops.emplace_back(1);
    }();
    return own;
}

template <class T>
T run_task(Task<T> task) {
    asio::io_context& context = loop_of_this_thread();
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error) result.emplace(std::move(value));
    });
    context.restart();
    context.run_for(std::chrono::seconds(60));
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::runtime_error("the task did not end within a minute");
    return std::move(*result);
}

}  // namespace reelshare
