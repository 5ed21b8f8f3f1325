#include "db/sqlite.hpp"

#include "base/completion.hpp"
#include "db/sqlite_connection.hpp"
#include "db/sqlite_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <mutex>
#include <utility>
#include <vector>

namespace reelshare::db {

namespace {

using Clock = std::chrono::steady_clock;

/// Held for the life of the database; the kernel gives it back when the process dies.
class LockFile {
  public:
    static Result<std::unique_ptr<LockFile>> take(const std::filesystem::path& path) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) return fail(Errc::unavailable, "Cannot write to " + path.string() + ".");
        std::unique_ptr<LockFile> lock(new LockFile(fd));
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
        return fail(
            Errc::conflict,
            "Another ReelShare process uses the folder " + path.parent_path().string() + "."
        );
    }
    ~LockFile() { ::close(fd_); }
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

  private:
    explicit LockFile(int fd) : fd_(fd) {}
    int fd_;
};

/// The caller's end of a session. Going away without a commit is a roll-back, also when the
/// coroutine is destroyed in the middle: the writer must not wait for it.
class SqliteTransaction final : public Transaction {
  public:
    using Kind = SqliteSession::Command::Kind;

    ~SqliteTransaction() override {
        if (!ended_) session_->send({.kind = Kind::rollback});
    }

    Task<Result<void>> begin(SqliteWriter& writer, Durability durability) {
        auto begun = co_await await_completion<Result<void>>([&](SqliteWriter::Begun done) {
            writer.transact(session_, durability, std::move(done));
        });
        co_return begun;
    }

    Task<Result<Rows>> query(std::string sql, Params params) override {
        auto rows = co_await await_completion<Result<Rows>>([&](SqliteSession::Answer answer) {
            session_->send({Kind::query, std::move(sql), std::move(params), std::move(answer)});
        });
        co_return rows;
    }

    Task<Result<void>> commit() {
        ended_ = true;
        auto committed = co_await await_completion<Result<Rows>>([&](SqliteSession::Answer answer) {
            session_->send({.kind = Kind::commit, .answer = std::move(answer)});
        });
        if (!committed) co_return std::unexpected(committed.error());
        co_return Result<void>();
    }

  private:
    std::shared_ptr<SqliteSession> session_ = std::make_shared<SqliteSession>();
    bool ended_ = false;
};

/// How long callers wait, from the call to the answer.
prometheus::Histogram& durations(Metrics& metrics, const char* kind) {
    return prometheus::BuildHistogram()
        .Name("reelshare_database_seconds")
        .Help("Time from a call of the database to its answer.")
        .Register(metrics.registry())
        .Add(
            {{"kind", kind}},
            prometheus::Histogram::BucketBoundaries{
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5
            }
        );
}

class Stopwatch {
  public:
    explicit Stopwatch(prometheus::Histogram& histogram) : histogram_(histogram) {}
    ~Stopwatch() {
        histogram_.Observe(std::chrono::duration<double>(Clock::now() - start_).count());
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

  private:
    prometheus::Histogram& histogram_;
    const Clock::time_point start_ = Clock::now();
};

class Sqlite final : public Database {
  public:
    Sqlite(
        const SqliteOptions& options,
        std::unique_ptr<LockFile> lock,
        std::unique_ptr<SqliteConnection> writer,
        BlockingExecutor& executor,
        Metrics& metrics
    )
        : lock_(std::move(lock)),
          options_(options),
          executor_(executor),
          reads_(durations(metrics, "read")),
          writes_(durations(metrics, "write")),
          transactions_(durations(metrics, "transaction")),
          writer_(options, std::move(writer), metrics) {}

    Task<Result<Rows>> query(std::string sql, Params params) override {
        const Stopwatch watch(reads_);
        auto rows = co_await executor_.run([&] { return read(sql, params); });
        co_return rows;
    }

    Task<Result<Rows>> execute(std::string sql, Params params, Durability durability) override {
        const Stopwatch watch(writes_);
        auto rows = co_await await_completion<Result<Rows>>([&](SqliteWriter::Done done) {
            writer_.execute(std::move(sql), std::move(params), durability, std::move(done));
        });
        co_return rows;
    }

    [[nodiscard]] bool healthy() const override { return writer_.healthy(); }

  protected:
    Task<Result<void>> run_transaction(const Body& body, Durability durability) override {
        const Stopwatch watch(transactions_);
        SqliteTransaction transaction;
        const auto begun = co_await transaction.begin(writer_, durability);
        if (!begun) co_return begun;
        const auto outcome = co_await body(transaction);
        if (!outcome) co_return outcome;
        auto committed = co_await transaction.commit();
        co_return committed;
    }

  private:
    Result<Rows> read(const std::string& sql, const Params& params) {
        auto connection = borrow();
        if (!connection) return std::unexpected(connection.error());
        (*connection)->set_deadline(Clock::now() + options_.read_limit);
        auto rows = (*connection)->run(sql, params);
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(*connection));
        return rows;
    }

    Result<std::unique_ptr<SqliteConnection>> borrow() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        // As many as the executor has threads, at most: each thread holds one at a time.
        return SqliteConnection::open(
            options_.path, SqliteConnection::Role::reader, options_.busy_timeout
        );
    }

    // The lock is given back last; readers close before the writer, which then checkpoints.
    std::unique_ptr<LockFile> lock_;
    const SqliteOptions options_;
    BlockingExecutor& executor_;
    prometheus::Histogram& reads_;
    prometheus::Histogram& writes_;
    prometheus::Histogram& transactions_;
    SqliteWriter writer_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(
    SqliteOptions options, BlockingExecutor& executor, Metrics& metrics
) {
    options.path = std::filesystem::absolute(options.path);
    auto lock = LockFile::take(options.path.string() + ".lock");
    if (!lock) return std::unexpected(lock.error());
    auto writer =
        SqliteConnection::open(options.path, SqliteConnection::Role::writer, options.busy_timeout);
    if (!writer) {
        Error error = writer.error();
        error.message = "Cannot open the database " + options.path.string() + ".";
        return std::unexpected(std::move(error));
    }
    return std::make_unique<Sqlite>(
        options, std::move(*lock), std::move(*writer), executor, metrics
    );
}

}  // namespace reelshare::db
