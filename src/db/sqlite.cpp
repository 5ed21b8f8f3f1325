#include "db/sqlite.hpp"

#include "base/completion.hpp"
#include "db/call_meters.hpp"
#include "db/sqlite_connection.hpp"
#include "db/sqlite_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <map>
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

/// Who is told what: all in this process, since no other one has the database open.
class Listeners {
  public:
    void add(std::string channel, std::function<void(std::string_view)> listener) {
        const std::lock_guard lock(mutex_);
        listeners_.emplace(std::move(channel), std::move(listener));
    }
    void tell(const std::string& channel, std::string_view payload) {
        const std::lock_guard lock(mutex_);
        const auto [begin, end] = listeners_.equal_range(channel);
        for (auto it = begin; it != end; ++it) it->second(payload);
    }

  private:
    std::mutex mutex_;
    std::multimap<std::string, std::function<void(std::string_view)>> listeners_;
};

/// The caller's end of a session. Going away without a commit is a roll-back, also when the
/// coroutine is destroyed in the middle: the writer must not wait for it.
class SqliteTransaction final : public Transaction {
  public:
    using Kind = SqliteSession::Command::Kind;

    explicit SqliteTransaction(Listeners& listeners) : listeners_(listeners) {}
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

    Task<Result<void>> notify(std::string channel, std::string payload) override {
        notes_.emplace_back(std::move(channel), std::move(payload));
        co_return Result<void>();
    }

    Task<Result<void>> commit() {
        ended_ = true;
        auto committed = co_await await_completion<Result<Rows>>([&](SqliteSession::Answer answer) {
            session_->send({.kind = Kind::commit, .answer = std::move(answer)});
        });
        if (!committed) co_return std::unexpected(committed.error());
        for (const auto& [channel, payload] : notes_) listeners_.tell(channel, payload);
        co_return Result<void>();
    }

  private:
    Listeners& listeners_;
    std::vector<std::pair<std::string, std::string>> notes_;
    std::shared_ptr<SqliteSession> session_ = std::make_shared<SqliteSession>();
    bool ended_ = false;
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
          meters_(metrics),
          writer_(options, std::move(writer), metrics) {}

    Task<Result<Rows>> query(std::string sql, Params params) override {
        const Stopwatch watch(meters_.reads);
        auto rows = co_await executor_.run([&] { return read(sql, params); });
        co_return rows;
    }

    Task<Result<Rows>> execute(std::string sql, Params params, Durability durability) override {
        const Stopwatch watch(meters_.writes);
        auto rows = co_await await_completion<Result<Rows>>([&](SqliteWriter::Done done) {
            writer_.execute(std::move(sql), std::move(params), durability, std::move(done));
        });
        co_return rows;
    }

    void listen(std::string channel, std::function<void(std::string_view)> listener) override {
        listeners_.add(std::move(channel), std::move(listener));
    }

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    [[nodiscard]] bool healthy() const override { return writer_.healthy(); }

  protected:
    Task<Result<void>> run_transaction(const Body& body, Durability durability) override {
        const Stopwatch watch(meters_.transactions);
        SqliteTransaction transaction(listeners_);
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
    CallMeters meters_;
    Listeners listeners_;
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
