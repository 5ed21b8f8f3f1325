#include "db/postgres_connection.hpp"

#include "db/postgres_errors.hpp"
#include "db/postgres_values.hpp"

#include <sys/socket.h>

#include <utility>

namespace reelshare::db {

namespace {

constexpr std::size_t kMaxStatements = 200;

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};

}  // namespace

PostgresConnection::PostgresConnection(
    asio::io_context& loop, PostgresHandle handle, bool prepares, std::function<void()> changed
)
    : handle_(std::move(handle)),
      socket_(loop, PQsocket(handle_.get())),
      prepares_(prepares),
      changed_(std::move(changed)) {}

PostgresConnection::~PostgresConnection() {
    abandon();
}

void PostgresConnection::abandon() {
    // The descriptor is libpq's: given back before libpq closes it.
    if (handle_) socket_.release();
    handle_.reset();
    calls_.clear();
}

void PostgresConnection::close(std::string why) {
    if (!handle_) return;
    std::deque<Pending> lost = std::exchange(calls_, {});
    abandon();
    for (const Pending& call : lost)
        if (call.answer) call.answer(std::unexpected(connection_lost(why)));
    changed_();
}

bool PostgresConnection::is_alive() {
    if (!handle_) return false;
    char byte = 0;
    const ssize_t got = ::recv(PQsocket(handle_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    // TLS has messages of its own. In plain text, an idle connection hears of its end only.
    if (got > 0 && PQsslInUse(handle_.get())) return PQconsumeInput(handle_.get()) == 1;
    return false;
}

bool PostgresConnection::is_overdue(std::chrono::steady_clock::time_point now) const {
    for (const Pending& call : calls_)
        if (call.deadline < now) return true;
    return false;
}

void PostgresConnection::send(PostgresCall call) {
    if (!handle_) {
        if (call.answer) call.answer(std::unexpected(connection_lost("closed")));
        return;
    }
    Pending pending{
        .sql = call.sql, .deadline = call.deadline, .answer = std::move(call.answer), .prepared = {}
    };
    const bool written = write(call, pending);
    calls_.push_back(std::move(pending));
    if (!written) {
        close(PQerrorMessage(handle_.get()));
        return;
    }
    flush();
    wait_to_read();
}

bool PostgresConnection::write(const PostgresCall& call, Pending& pending) {
    for (const std::string& sql : call.before)
        if (!write_statement(sql, {}, pending)) return false;
    if (!write_statement(call.sql, call.params, pending)) return false;
    return PQpipelineSync(handle_.get()) == 1;
}

bool PostgresConnection::write_statement(
    const std::string& sql, const Params& params, Pending& pending
) {
    if (prepares_) return write_prepared(sql, params, pending);
    const PostgresParams values(params);
    return PQsendQueryParams(
               handle_.get(), sql.c_str(), values.count(), values.types(), values.values(),
               values.lengths(), values.formats(), 0
           ) == 1;
}

bool PostgresConnection::write_prepared(
    const std::string& sql, const Params& params, Pending& pending
) {
    const PostgresParams values(params);
    std::string key = signature_of(params) + ' ' + sql;
    auto found = by_key_.find(key);
    if (found != by_key_.end()) {
        statements_.splice(statements_.begin(), statements_, found->second);
    } else {
        std::string name = "s" + std::to_string(++last_name_);
        if (PQsendPrepare(
                handle_.get(), name.c_str(), sql.c_str(), values.count(), values.types()
            ) != 1)
            return false;
        statements_.push_front({key, std::move(name)});
        by_key_.emplace(key, statements_.begin());
        pending.prepared.push_back(std::move(key));
    }
    const bool sent = PQsendQueryPrepared(
                          handle_.get(), statements_.front().name.c_str(), values.count(),
                          values.values(), values.lengths(), values.formats(), 0
                      ) == 1;
    return sent;
}

void PostgresConnection::forget(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    statements_.erase(found->second);
    by_key_.erase(found);
}

/// In a unit of its own: the statement that made room for itself may fail.
void PostgresConnection::forget_oldest() {
    if (statements_.size() <= kMaxStatements) return;
    const Prepared oldest = statements_.back();
    forget(oldest.key);
    const std::string sql = "DEALLOCATE " + oldest.name;
    const bool sent =
        PQsendQueryParams(handle_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) ==
            1 &&
        PQpipelineSync(handle_.get()) == 1;
    calls_.push_back(
        {.sql = sql,
         .deadline = std::chrono::steady_clock::time_point::max(),
         .answer = nullptr,
         .prepared = {}}
    );
    if (!sent) close(PQerrorMessage(handle_.get()));
}

void PostgresConnection::flush() {
    if (flushing_ || !handle_) return;
    const int left = PQflush(handle_.get());
    if (left < 0) return close(PQerrorMessage(handle_.get()));
    if (left == 0) return;
    flushing_ = true;
    socket_.async_wait(
        asio::posix::descriptor_base::wait_write,
        [self = shared_from_this()](boost::system::error_code ec) {
            self->flushing_ = false;
            if (!ec) self->flush();
        }
    );
}

void PostgresConnection::wait_to_read() {
    if (reading_ || !handle_ || calls_.empty()) return;
    reading_ = true;
    socket_.async_wait(
        asio::posix::descriptor_base::wait_read,
        [self = shared_from_this()](boost::system::error_code ec) {
            self->reading_ = false;
            if (!ec) self->on_readable();
        }
    );
}

void PostgresConnection::on_readable() {
    if (!handle_) return;
    if (PQconsumeInput(handle_.get()) != 1) return close(PQerrorMessage(handle_.get()));
    bool ended = false;
    int nulls = 0;
    while (!calls_.empty() && PQisBusy(handle_.get()) == 0) {
        // In a pipeline each statement's results end with one null, and each unit with a sync.
        const std::unique_ptr<PGresult, ClearResult> result(PQgetResult(handle_.get()));
        nulls = result ? 0 : nulls + 1;
        if (nulls > 1 || PQstatus(handle_.get()) == CONNECTION_BAD) break;
        if (!result) continue;
        if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) {
            take(result.get());
            continue;
        }
        const Result<Rows>& outcome = calls_.front().outcome;
        ended = ended || (!outcome && ends_connection(outcome.error()));
        finish_front();
    }
    if (PQstatus(handle_.get()) == CONNECTION_BAD) return close(PQerrorMessage(handle_.get()));
    if (ended) return close("the server ended it");
    forget_oldest();
    flush();
    wait_to_read();
    changed_();
}

void PostgresConnection::take(PGresult* result) {
    Pending& call = calls_.front();
    switch (PQresultStatus(result)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            if (call.outcome) call.outcome = rows_of(*result);
            // A transaction that had failed before ends so, and libpq calls it a success.
            if (call.sql == "COMMIT" && std::string_view(PQcmdStatus(result)) == "ROLLBACK")
                call.outcome = fail_internal("committed what had failed before");
            break;
        case PGRES_PIPELINE_ABORTED:  // The first failure of the unit says why.
            break;
        default:
            if (call.outcome) call.outcome = std::unexpected(postgres_error(*result, call.sql));
    }
}

void PostgresConnection::finish_front() {
    Pending call = std::move(calls_.front());
    calls_.pop_front();
    if (!call.outcome)
        for (const std::string& key : call.prepared) forget(key);
    if (call.answer) call.answer(std::move(call.outcome));
}

}  // namespace reelshare::db
