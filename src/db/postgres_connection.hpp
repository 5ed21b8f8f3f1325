#pragma once
// One connection in pipeline mode: calls are written as they come and answered in order. Belongs to
// one event loop; every method is called there.

#include "db/postgres_connect.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace reelshare::db {

/// A statement and what goes with it. All of it runs in one unit: where one part fails, the rest is
/// left out; outside BEGIN and COMMIT a unit is a transaction of its own.
struct PostgresCall {
    std::vector<std::string> before;  ///< Statements without parameters, run first.
    std::string sql;
    Params params;
    std::chrono::steady_clock::time_point deadline;
    std::function<void(Result<Rows>)> answer;  ///< Called once; it must not call back.
};

class PostgresConnection : public std::enable_shared_from_this<PostgresConnection> {
  public:
    /// `prepares`: statements are prepared and kept. `changed` is called when answers have come or
    /// the connection is closed.
    PostgresConnection(
        asio::io_context& loop, PostgresHandle handle, bool prepares, std::function<void()> changed
    );
    ~PostgresConnection();
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    void send(PostgresCall call);
    [[nodiscard]] std::size_t in_flight() const { return calls_.size(); }
    [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
    /// Whether an idle connection is still there: a server that went away is noticed before
    /// anything is sent, so that a write is not lost on it.
    [[nodiscard]] bool is_alive();
    [[nodiscard]] bool is_overdue(std::chrono::steady_clock::time_point now) const;
    /// Every call under way is answered `connection_lost`.
    void close(std::string why);
    /// The same without answers: the loop itself is going.
    void abandon();

    bool reserved = false;  ///< For a transaction. Kept by the pool.

  private:
    struct Prepared {
        std::string key;
        std::string name;
    };
    struct Pending {
        std::string sql;
        std::chrono::steady_clock::time_point deadline;
        std::function<void(Result<Rows>)> answer;
        std::vector<std::string> prepared;  ///< Keys of statements that this unit prepares.
        Result<Rows> outcome = Rows{};
    };

    bool write(const PostgresCall& call, Pending& pending);
    bool write_statement(const std::string& sql, const Params& params, Pending& pending);
    bool write_prepared(const std::string& sql, const Params& params, Pending& pending);
    void forget_oldest();
    void forget(const std::string& key);
    void flush();
    void wait_to_read();
    void on_readable();
    void take(PGresult* result);
    void finish_front();

    PostgresHandle handle_;
    asio::posix::stream_descriptor socket_;
    const bool prepares_;
    std::function<void()> changed_;
    std::deque<Pending> calls_;       ///< Under way, in the order of their answers.
    std::list<Prepared> statements_;  ///< Most recently used first.
    std::unordered_map<std::string, std::list<Prepared>::iterator> by_key_;
    std::uint64_t last_name_ = 0;
    bool reading_ = false;
    bool flushing_ = false;
};

}  // namespace reelshare::db
