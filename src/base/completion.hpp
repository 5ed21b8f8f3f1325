#pragma once
// Awaits something that answers by a callback from another thread.

#include "base/task.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace reelshare {

/// Calls `start` with a function that must be called exactly once, from any thread, with the
/// answer; resumes the caller on its own executor.
template <class T>
Task<T> await_completion(std::function<void(std::function<void(T)>)> start) {
    auto answer = std::make_shared<std::optional<T>>();
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [&](auto handler) {
            auto home = asio::prefer(
                asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
            );
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            start([answer, home, shared](T value) {
                answer->emplace(std::move(value));
                asio::post(home, [shared] { std::move (*shared)(); });
            });
        },
        asio::use_awaitable
    );
    co_return std::move(**answer);
}

}  // namespace reelshare
