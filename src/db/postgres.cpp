#include "db/postgres.hpp"

#include "base/completion.hpp"
#include "db/call_meters.hpp"
#include "db/postgres_errors.hpp"
#include "db/postgres_listener.hpp"
#include "db/postgres_loops.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <utility>

namespace reelshare::db {

namespace {

using Clock = std::chrono::steady_clock;
using Connection = std::shared_ptr<PostgresConnection>;

constexpr int kMaxTries = 4;  ///< Of a transaction that loses against others.
/// Until the end of the transaction that it is part of.
constexpr const char* kRelaxed = "SELECT set_config('synchronous_commit', 'off', true)";

/// A slip of ours, as with SQLite's readers: a write through `query` might go to a replica.
bool only_reads(std::string_view sql) {
    std::string word;
    for (const char c : sql) {
        if (std::isalpha(static_cast<unsigned char>(c)) == 0) {
            if (word.empty() && (c == ' ' || c == '(' || c == '\n')) continue;
            break;
        }
        word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return word == "SELECT" || word == "WITH" || word == "VALUES";
}

Task<Result<Rows>> call_on(Connection connection, PostgresCall call) {
    auto rows = co_await await_completion<Result<Rows>>([&](auto done) {
        call.answer = std::move(done);
        connection->send(std::move(call));
    });
    co_return rows;
}

/// Going away without a commit is a roll-back, also when the coroutine is destroyed in the middle.
class PostgresTransaction final : public Transaction {
  public:
    PostgresTransaction(
        std::shared_ptr<PostgresPool> pool,
        Connection connection,
        std::vector<std::string> begin,
        Clock::time_point deadline
    )
        : pool_(std::move(pool)),
          connection_(std::move(connection)),
          begin_(std::move(begin)),
          deadline_(deadline) {}

    ~PostgresTransaction() override {
        // Nothing was sent yet: nothing is open. Else what follows on this connection waits for it.
        if (begin_.empty() && !committed_) connection_->send(call("ROLLBACK", {}));
        pool_->release(connection_);
    }

    Task<Result<Rows>> query(std::string sql, Params params) override {
        auto rows = co_await call_on(connection_, call(std::move(sql), std::move(params)));
        co_return rows;
    }

    Task<Result<void>> notify(std::string channel, std::string payload) override {
        auto told =
            co_await query("SELECT pg_notify($1, $2)", {std::move(channel), std::move(payload)});
        if (!told) co_return std::unexpected(told.error());
        co_return Result<void>();
    }

    Task<Result<void>> commit() {
        if (!begin_.empty()) co_return Result<void>();
        committed_ = true;
        auto committed = co_await call_on(connection_, call("COMMIT", {}));
        if (!committed) co_return std::unexpected(committed.error());
        co_return Result<void>();
    }

  private:
    /// BEGIN goes with the first statement, in one unit: no round trip of its own.
    PostgresCall call(std::string sql, Params params) {
        return {
            .before = std::exchange(begin_, {}),
            .sql = std::move(sql),
            .params = std::move(params),
            .deadline = deadline_,
            .answer = nullptr
        };
    }

    std::shared_ptr<PostgresPool> pool_;
    Connection connection_;
    std::vector<std::string> begin_;
    const Clock::time_point deadline_;
    bool committed_ = false;
};

class Postgres final : public Database {
  public:
    Postgres(
        PostgresOptions options,
        const ConnectSettings& primary,
        std::optional<ConnectSettings> replica,
        Metrics& metrics
    )
        : options_(std::move(options)),
          meters_(metrics),
          primary_([this, primary](asio::io_context& loop) {
              return std::make_shared<PostgresPool>(loop, options_, primary, *open_);
          }),
          listener_(primary) {
        if (replica)
            replica_ = std::make_unique<PostgresLoops>([this, replica](asio::io_context& loop) {
                return std::make_shared<PostgresPool>(loop, options_, *replica, *open_);
            });
        metrics.sample(
            "reelshare_database_connections", "Open connections to PostgreSQL.",
            [open = open_] { return static_cast<double>(open->load()); }
        );
    }

    Task<Result<Rows>> query(std::string sql, Params params) override {
        const Stopwatch watch(meters_.reads);
        auto rows = co_await read(primary_, std::move(sql), std::move(params));
        co_return rows;
    }

    Task<Result<Rows>> query_stale(std::string sql, Params params) override {
        const Stopwatch watch(meters_.reads);
        if (replica_) {
            auto rows = co_await read(*replica_, sql, params);
            if (rows || rows.error().code != Errc::unavailable) co_return rows;
        }
        auto rows = co_await read(primary_, std::move(sql), std::move(params));
        co_return rows;
    }

    Task<Result<Rows>> execute(std::string sql, Params params, Durability durability) override {
        const Stopwatch watch(meters_.writes);
        const std::shared_ptr<PostgresPool> pool = primary_.of(co_await asio::this_coro::executor);
        PostgresCall call = new_call(std::move(sql), std::move(params));
        if (durability == Durability::relaxed) call.before.emplace_back(kRelaxed);
        Result<Rows> rows;
        for (int attempt = 1; attempt <= kMaxTries; ++attempt) {
            rows = co_await submit(pool, call);
            if (rows || !is_collision(rows.error())) break;
        }
        if (!rows) co_return std::unexpected(without_marks(rows.error()));
        co_return rows;
    }

    void listen(std::string channel, std::function<void(std::string_view)> listener) override {
        // A pooler in transaction mode gives the session to others: nothing would ever arrive.
        if (!options_.pooler) listener_.add(std::move(channel), std::move(listener));
    }

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }

  protected:
    Task<Result<void>> run_transaction(const Body& body, Durability durability) override {
        const Stopwatch watch(meters_.transactions);
        const auto deadline = Clock::now() + options_.call_limit;
        Result<void> done;
        for (int attempt = 1; attempt <= kMaxTries; ++attempt) {
            done = co_await try_transaction(body, durability, deadline);
            if (done || !is_collision(done.error())) break;
        }
        if (!done) co_return std::unexpected(without_marks(done.error()));
        co_return done;
    }

  private:
    [[nodiscard]] PostgresCall new_call(std::string sql, Params params) const {
        return {
            .before = {},
            .sql = std::move(sql),
            .params = std::move(params),
            .deadline = Clock::now() + options_.call_limit,
            .answer = nullptr
        };
    }

    static Task<Result<Rows>> submit(std::shared_ptr<PostgresPool> pool, PostgresCall call) {
        auto rows = co_await await_completion<Result<Rows>>([&](auto done) {
            call.answer = std::move(done);
            pool->submit(std::move(call));
        });
        co_return rows;
    }

    Task<Result<Rows>> read(PostgresLoops& loops, std::string sql, Params params) {
        if (!only_reads(sql)) co_return fail_internal("not a read: " + sql);
        const std::shared_ptr<PostgresPool> pool = loops.of(co_await asio::this_coro::executor);
        const PostgresCall call = new_call(std::move(sql), std::move(params));
        auto rows = co_await submit(pool, call);
        // A restart of the server ends what was under way; a read can be asked again.
        if (!rows && is_connection_lost(rows.error()) && Clock::now() < call.deadline)
            rows = co_await submit(pool, call);
        if (!rows) co_return std::unexpected(without_marks(rows.error()));
        co_return rows;
    }

    [[nodiscard]] std::vector<std::string> begin(Durability durability) const {
        std::vector<std::string> statements{"BEGIN"};
        if (durability == Durability::relaxed) statements.emplace_back(kRelaxed);
        if (options_.pooler) {
            // Not given at the connection's start: the pooler would refuse or mix them up.
            statements.push_back(
                "SET LOCAL statement_timeout = " + std::to_string(options_.statement_limit.count())
            );
            statements.push_back(
                "SET LOCAL lock_timeout = " + std::to_string(options_.lock_limit.count())
            );
        }
        return statements;
    }

    Task<Result<void>> try_transaction(
        const Body& body, Durability durability, Clock::time_point deadline
    ) {
        const std::shared_ptr<PostgresPool> pool = primary_.of(co_await asio::this_coro::executor);
        auto connection = co_await await_completion<Result<Connection>>([&](auto done) {
            pool->reserve(deadline, std::move(done));
        });
        if (!connection) co_return std::unexpected(connection.error());
        PostgresTransaction transaction(pool, *connection, begin(durability), deadline);
        const auto outcome = co_await body(transaction);
        if (!outcome) co_return outcome;
        auto committed = co_await transaction.commit();
        co_return committed;
    }

    const PostgresOptions options_;
    CallMeters meters_;
    std::shared_ptr<std::atomic<std::int64_t>> open_ =
        std::make_shared<std::atomic<std::int64_t>>(0);
    PostgresLoops primary_;
    std::unique_ptr<PostgresLoops> replica_;
    PostgresListener listener_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(PostgresOptions options, Metrics& metrics) {
    auto primary = connect_settings(options, options.url, false);
    if (!primary) return std::unexpected(primary.error());
    std::optional<ConnectSettings> replica;
    if (!options.replica_url.empty()) {
        auto settings = connect_settings(options, options.replica_url, true);
        if (!settings) return std::unexpected(settings.error());
        replica = std::move(*settings);
    }
    return std::make_unique<Postgres>(std::move(options), *primary, std::move(replica), metrics);
}

}  // namespace reelshare::db
