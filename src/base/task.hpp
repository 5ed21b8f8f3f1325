#pragma once
// The coroutine type of the whole server, and the ways between event loops and blocking threads.

#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace reelshare {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

/// Waits on the caller's own event loop. Returns false where the wait was cancelled.
Task<bool> sleep_for(std::chrono::steady_clock::duration time);

/// Runs `task` by itself on `executor`. An exception that leaves it is logged under `name` and does
/// not end the process: a bare `detached` would lose it.
void spawn(asio::any_io_executor executor, std::string name, std::function<Task<void>()> task);

}  // namespace reelshare
