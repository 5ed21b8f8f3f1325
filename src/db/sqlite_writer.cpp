#include "db/sqlite_writer.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace reelshare::db {

namespace {

constexpr std::size_t kMaxBatch = 128;
/// How long a batch takes in what arrives meanwhile before it is committed.
constexpr std::chrono::milliseconds kMaxBatchTime{5};
/// Pages of 4 KiB in the log: from the first figure on it is copied into the database after a
/// batch; from the second on (readers kept it from being begun anew) the writer waits for readers.
constexpr int kCheckpointPages = 1'000;
constexpr int kLongLogPages = 16'000;

const char* const kBroken = "a sync to disk failed: no more writes until a restart";

}  // namespace

SqliteWriter::SqliteWriter(
    const SqliteOptions& options, std::unique_ptr<SqliteConnection> connection, Metrics& metrics
)
    : options_(options),
      connection_(std::move(connection)),
      batch_size_(prometheus::BuildHistogram()
                      .Name("reelshare_sqlite_commit_writes")
                      .Help("Statements and transactions committed together.")
                      .Register(metrics.registry())
                      .Add({}, prometheus::Histogram::BucketBoundaries{1, 2, 4, 8, 16, 32, 64, 128})
      ),
      queued_(prometheus::BuildGauge()
                  .Name("reelshare_sqlite_queued_writes")
                  .Help("Statements and transactions that wait for the writer.")
                  .Register(metrics.registry())
                  .Add({})) {
    thread_ = std::thread([this] { run(); });
}

SqliteWriter::~SqliteWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        arrived_.notify_one();
    }
    thread_.join();
}

void SqliteWriter::execute(std::string sql, Params params, Durability durability, Done done) {
    enqueue({
        .sql = std::move(sql),
        .params = std::move(params),
        .durability = durability,
        .done = std::move(done),
    });
}

void SqliteWriter::transact(
    std::shared_ptr<SqliteSession> session, Durability durability, Begun begun
) {
    enqueue({
        .session = std::move(session),
        .begun = std::move(begun),
        .durability = durability,
    });
}

void SqliteWriter::enqueue(Unit unit) {
    const char* refusal = kBroken;
    if (!broken_) {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < options_.max_queued_writes) {
            unit.queued = StandingQueue::Clock::now();
            if (options_.writes) options_.writes->entered();
            queue_.push_back(std::move(unit));
            queued_.Set(static_cast<double>(queue_.size()));
            arrived_.notify_one();
            return;
        }
        refusal = "the queue of writes is full";
    }
    answer(unit, fail_unavailable(refusal));
}

void SqliteWriter::answer(Unit& unit, const Result<void>& committed) {
    if (!committed) {
        if (unit.session) unit.session->close(committed.error());
        if (unit.begun) std::exchange(unit.begun, nullptr)(committed);
        if (unit.done) unit.done(std::unexpected(committed.error()));
    } else if (unit.done) {
        unit.done(std::move(unit.result));
    }
}

void SqliteWriter::take_front(Batch& batch) {
    const auto now = StandingQueue::Clock::now();
    if (options_.writes) options_.writes->left(now - queue_.front().queued, now);
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
}

void SqliteWriter::run() {
    for (;;) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            while (!queue_.empty() && batch.size() < kMaxBatch) take_front(batch);
            queued_.Set(static_cast<double>(queue_.size()));
        }
        run_batch(std::move(batch));
    }
}

void SqliteWriter::run_batch(Batch batch) {
    Result<void> committed = fail_unavailable(kBroken);
    if (!broken_) committed = commit_batch(batch);
    if (!committed && connection_->in_transaction()) {
        const auto rolled_back = connection_->run("ROLLBACK");
        if (!rolled_back) log::error("rollback_failed", {{"detail", rolled_back.error().detail}});
    }
    give_up_after_failed_sync();
    batch_size_.Observe(static_cast<double>(batch.size()));
    for (Unit& unit : batch) answer(unit, committed);
    checkpoint();
}

Result<void> SqliteWriter::commit_batch(Batch& batch) {
    const bool safe = std::ranges::any_of(batch, [](const Unit& unit) {
        return unit.durability == Durability::safe;
    });
    if (auto begun = begin(safe); !begun) return begun;
    const auto last_call = std::chrono::steady_clock::now() + kMaxBatchTime;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (auto done = run_unit(batch[i]); !done) return done;
        const bool last = i + 1 == batch.size();
        if (last && std::chrono::steady_clock::now() < last_call) add_arrivals(batch, safe);
    }
    if (auto indexed = text_indexes_.follow(*connection_); !indexed) return indexed;
    return connection_->run("COMMIT");
}

Result<void> SqliteWriter::begin(bool safe) {
    if (safe != synchronous_full_) {
        const char* mode = safe ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
        if (auto set = connection_->pragma(mode); !set) return set;
        synchronous_full_ = safe;
    }
    return connection_->run("BEGIN IMMEDIATE");
}

void SqliteWriter::add_arrivals(Batch& batch, bool safe) {
    const std::lock_guard lock(mutex_);
    // How hard this batch is synced was settled when it began.
    while (!queue_.empty() && batch.size() < kMaxBatch &&
           (safe || queue_.front().durability == Durability::relaxed))
        take_front(batch);
    queued_.Set(static_cast<double>(queue_.size()));
}

/// An error is one of the whole batch: a unit's own goes into its result.
Result<void> SqliteWriter::run_unit(Unit& unit) {
    if (!unit.session) {
        // One statement is atomic by itself: no savepoint needed.
        unit.result = run_statement(unit.sql, unit.params);
        // A full disk or an I/O error makes SQLite roll back everything, not the one statement.
        if (connection_->in_transaction()) return {};
        return std::unexpected(unit.result ? fail_internal(unit.sql).error() : unit.result.error());
    }
    if (auto marked = connection_->run("SAVEPOINT unit"); !marked) return marked;
    std::exchange(unit.begun, nullptr)({});
    const Result<void> ended = run_session(unit);
    if (!ended) unit.session->close(ended.error());
    if (!connection_->in_transaction())
        return ended ? fail_internal("the transaction ended itself") : ended;
    if (!ended) {
        if (auto undone = connection_->run("ROLLBACK TO unit"); !undone) return undone;
    }
    return connection_->run("RELEASE unit");
}

/// Runs what the session sends until it commits. `unit.done` is then the commit's answer.
Result<void> SqliteWriter::run_session(Unit& unit) {
    using Kind = SqliteSession::Command::Kind;
    for (;;) {
        auto command = unit.session->receive(options_.transaction_limit);
        if (!command)
            return fail_unavailable("a transaction waited too long for its next statement");
        if (command->kind == Kind::rollback) return fail(Errc::aborted, "Rolled back.");
        if (command->kind == Kind::commit) {
            unit.done = std::move(command->answer);
            return {};
        }
        auto rows = run_statement(command->sql, command->params);
        const bool gone = !connection_->in_transaction();
        Result<void> ended;
        if (gone)
            ended = std::unexpected(rows ? fail_internal(command->sql).error() : rows.error());
        command->answer(std::move(rows));
        if (gone) return ended;
    }
}

Result<Rows> SqliteWriter::run_statement(const std::string& sql, const Params& params) {
    // This thread has no other place that catches: one statement too large for the memory must not
    // end the process.
    try {
        return connection_->run(sql, params);
    } catch (const std::exception& error) {
        return fail_internal(error.what() + (" in: " + sql));
    }
}

void SqliteWriter::checkpoint() {
    if (broken_ || connection_->log_pages() < kCheckpointPages) return;
    const auto done = connection_->checkpoint(connection_->log_pages() >= kLongLogPages);
    // Nothing is lost: the log keeps what was not copied, and the next one tries again.
    if (!done) log::warn("sqlite_checkpoint_failed", {{"detail", done.error().detail}});
    give_up_after_failed_sync();
}

void SqliteWriter::give_up_after_failed_sync() {
    if (broken_ || !connection_->sync_failed()) return;
    // The kernel may have dropped the pages it could not write: a second try would say yes to
    // nothing.
    broken_ = true;
    log::error("sqlite_sync_failed", {{"consequence", kBroken}});
}

}  // namespace reelshare::db
