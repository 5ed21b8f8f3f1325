#pragma once
// The one thread that writes. Statements and transactions that wait are committed together, and
// answered after that; then the log is checkpointed where it is due.

#include "base/metrics.hpp"
#include "db/sqlite.hpp"
#include "db/sqlite_connection.hpp"
#include "db/sqlite_session.hpp"
#include "db/sqlite_text_index.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace reelshare::db {

class SqliteWriter {
  public:
    using Done = std::function<void(Result<Rows>)>;
    using Begun = std::function<void(Result<void>)>;

    SqliteWriter(
        const SqliteOptions& options, std::unique_ptr<SqliteConnection> connection, Metrics& metrics
    );
    /// Commits what waits, then ends the thread.
    ~SqliteWriter();
    SqliteWriter(const SqliteWriter&) = delete;
    SqliteWriter& operator=(const SqliteWriter&) = delete;

    void execute(std::string sql, Params params, Durability durability, Done done);
    /// `begun` is called when the session's statements are run from now on, or with the reason why
    /// not.
    void transact(std::shared_ptr<SqliteSession> session, Durability durability, Begun begun);

    /// False once a sync to disk failed: what is there is unknown, so nothing more is written.
    [[nodiscard]] bool healthy() const { return !broken_; }

  private:
    /// One statement, or one transaction where there is a session. Each is atomic by itself.
    struct Unit {
        std::string sql{};
        Params params{};
        std::shared_ptr<SqliteSession> session{};
        Begun begun{};  ///< Empty once called.
        Durability durability = Durability::safe;
        Done done{};  ///< Of the statement, or of the commit that the session asked for.
        Result<Rows> result{};
        StandingQueue::Clock::time_point queued{};
    };
    using Batch = std::vector<Unit>;

    void enqueue(Unit unit);
    /// From the queue, which is not empty. Under `mutex_`.
    void take_front(Batch& batch);
    static void answer(Unit& unit, const Result<void>& committed);

    void run();
    void run_batch(Batch batch);
    Result<void> commit_batch(Batch& batch);
    Result<void> begin(bool safe);
    void add_arrivals(Batch& batch, bool safe);
    Result<void> run_unit(Unit& unit);
    Result<void> run_session(Unit& unit);
    Result<Rows> run_statement(const std::string& sql, const Params& params);
    void checkpoint();
    void give_up_after_failed_sync();

    const SqliteOptions options_;
    std::unique_ptr<SqliteConnection> connection_;
    SqliteTextIndexes text_indexes_;
    bool synchronous_full_ = true;
    std::atomic<bool> broken_{false};
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Unit> queue_;
    bool stopping_ = false;
    prometheus::Histogram& batch_size_;
    prometheus::Gauge& queued_;
    std::thread thread_;
};

}  // namespace reelshare::db
