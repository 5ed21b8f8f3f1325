#pragma once
// What every command that works on the data needs: folders, log, database, objects, messages. The
// one place that chooses between the implementations behind the ports.

#include "app/config.hpp"
#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "base/standing_queue.hpp"
#include "base/trace.hpp"
#include "cache/bus.hpp"
#include "db/database.hpp"
#include "objects/store.hpp"
#include "redis/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace reelshare::app {

class Foundation {
  public:
    /// `config` must outlive it.
    explicit Foundation(const Config& config);
    ~Foundation();
    Foundation(const Foundation&) = delete;
    Foundation& operator=(const Foundation&) = delete;

    /// Opens everything and brings the schema up to date. A sentence where it cannot be done.
    Result<void> open();

    Metrics metrics;
    std::unique_ptr<SpanSink> spans;  ///< Null where no collector is named.
    BlockingExecutor executor;
    StandingQueue writes;  ///< Of SQLite's writer; empty where the database is another.
    std::unique_ptr<db::Database> database;
    std::unique_ptr<objects::Store> store;
    std::unique_ptr<redis::Client> redis;  ///< Null where there is no REDIS_URL.
    std::unique_ptr<cache::Bus> bus;

  private:
    Result<void> open_bus();
    Result<void> open_store();

    const Config& config_;
};

/// Prints why a command cannot go on; its exit code.
int refuse(const Error& error);

/// Runs one task to its end on a loop of its own: for what happens before anything serves.
template <class T>
T run_now(Task<T> task) {
    asio::io_context context(1);
    std::optional<T> result;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr failure, T value) {
        if (failure) std::rethrow_exception(failure);
        result.emplace(std::move(value));
    });
    context.run();
    return std::move(*result);
}

}  // namespace reelshare::app
