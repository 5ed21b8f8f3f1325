#pragma once
// The connections of one event loop: never more than the bound, made when needed, with a growing
// pause after a failure. Every method is called on the loop.

#include "db/postgres_connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::db {

class PostgresPool : public std::enable_shared_from_this<PostgresPool> {
  public:
    using Clock = std::chrono::steady_clock;
    using Connection = std::shared_ptr<PostgresConnection>;
    using Taker = std::function<void(Result<Connection>)>;

    /// `open`: the connections of all loops together, for the metrics. Both outlive it.
    PostgresPool(
        asio::io_context& loop,
        const PostgresOptions& options,
        ConnectSettings settings,
        std::atomic<std::int64_t>& open
    );
    ~PostgresPool();
    PostgresPool(const PostgresPool&) = delete;
    PostgresPool& operator=(const PostgresPool&) = delete;

    /// Sends a call on the connection with the fewest calls under way.
    void submit(PostgresCall call);
    /// A connection for one transaction; given back by `release`, whatever is still under way.
    void reserve(Clock::time_point deadline, Taker taker);
    void release(const Connection& connection);
    /// The loop is going: connections are closed and nobody is answered.
    void shut_down();

  private:
    struct Waiter {
        Clock::time_point deadline;
        Taker taker;
    };
    using Waiters = std::deque<Waiter>;

    void acquire(Waiters& waiters, Clock::time_point deadline, Taker taker);
    [[nodiscard]] bool may_reserve() const;
    Connection choose();
    bool serve(Waiters& waiters, bool exclusive);
    void dispatch();
    void grow();
    Task<void> connect(std::shared_ptr<ConnectAttempt> attempt);
    void note_failure(const Error& error);
    void remove_closed();
    void watch();
    void look();

    asio::io_context& loop_;
    const PostgresOptions& options_;
    const ConnectSettings settings_;
    std::atomic<std::int64_t>& open_;
    std::vector<Connection> connections_;
    Waiters statements_;
    Waiters transactions_;
    std::vector<std::pair<std::shared_ptr<ConnectAttempt>, Clock::time_point>> attempts_;
    asio::steady_timer timer_;
    bool watching_ = false;
    bool stopped_ = false;
    bool dispatching_ = false;
    int failures_ = 0;  ///< To connect, in a row.
    Clock::time_point next_attempt_{};
    std::string last_failure_ = "none was free";
};

}  // namespace reelshare::db
