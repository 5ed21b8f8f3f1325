#include "db/postgres_pool.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace reelshare::db {

namespace {

/// How often deadlines are looked at while anything waits.
constexpr std::chrono::milliseconds kTick{25};
constexpr std::size_t kMaxPipelined = 64;
constexpr std::size_t kMaxAttempts = 2;  ///< At once.

/// 25 to 50 ms after the first failure, doubling up to a second; the spread keeps many loops and
/// nodes from coming back in step.
std::chrono::milliseconds back_off(int failures) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    const std::int64_t full = std::min<std::int64_t>(1'000, 50LL << std::clamp(failures - 1, 0, 6));
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(full / 2, full)(random)
    );
}

}  // namespace

PostgresPool::PostgresPool(
    asio::io_context& loop,
    const PostgresOptions& options,
    ConnectSettings settings,
    std::atomic<std::int64_t>& open
)
    : loop_(loop), options_(options), settings_(std::move(settings)), open_(open), timer_(loop) {}

PostgresPool::~PostgresPool() {
    shut_down();
}

void PostgresPool::shut_down() {
    if (std::exchange(stopped_, true)) return;
    open_ -= static_cast<std::int64_t>(connections_.size());
    for (const Connection& connection : connections_) connection->abandon();
    connections_.clear();
    statements_.clear();
    transactions_.clear();
    timer_.cancel();
}

void PostgresPool::submit(PostgresCall call) {
    const auto deadline = call.deadline;
    acquire(statements_, deadline, [call = std::move(call)](Result<Connection> connection) mutable {
        if (connection)
            (*connection)->send(std::move(call));
        else
            call.answer(std::unexpected(connection.error()));
    });
}

void PostgresPool::reserve(Clock::time_point deadline, Taker taker) {
    acquire(transactions_, deadline, std::move(taker));
}

void PostgresPool::release(const Connection& connection) {
    connection->reserved = false;
    dispatch();
}

void PostgresPool::acquire(Waiters& waiters, Clock::time_point deadline, Taker taker) {
    if (stopped_ || waiters.size() >= options_.max_waiting) {
        taker(fail_unavailable("too many calls wait for a connection to the database"));
        return;
    }
    waiters.push_back({std::min(deadline, Clock::now() + options_.wait_limit), std::move(taker)});
    dispatch();
}

/// Transactions that wait for a lock must not take every connection from the reads.
bool PostgresPool::may_reserve() const {
    const auto reserved = static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const Connection& connection) { return connection->reserved; }
    ));
    return reserved + 1 < std::max<std::size_t>(2, options_.connections_per_loop);
}

/// The open connection with the fewest calls under way, or none.
PostgresPool::Connection PostgresPool::choose() {
    for (;;) {
        Connection best;
        for (const Connection& connection : connections_) {
            if (connection->reserved || !connection->is_open()) continue;
            if (!best || connection->in_flight() < best->in_flight()) best = connection;
        }
        if (!best || best->in_flight() >= kMaxPipelined) return nullptr;
        if (best->in_flight() > 0 || best->is_alive()) return best;
        best->close("the server closed it");
    }
}

/// Gives the first of `waiters` a connection; false where there is none.
bool PostgresPool::serve(Waiters& waiters, bool exclusive) {
    if (waiters.empty() || (exclusive && !may_reserve())) return false;
    const Connection connection = choose();
    if (!connection) return false;
    const Waiter waiter = std::move(waiters.front());
    waiters.pop_front();
    connection->reserved = exclusive;
    if (connection->in_flight() > 0) grow();
    waiter.taker(connection);
    return true;
}

void PostgresPool::dispatch() {
    // A connection that is closed in here calls back.
    if (stopped_ || std::exchange(dispatching_, true)) return;
    for (bool served = true; served;) {
        served = serve(statements_, false);
        served = serve(transactions_, true) || served;
    }
    dispatching_ = false;
    remove_closed();
    if (!statements_.empty() || !transactions_.empty()) grow();
    watch();
}

void PostgresPool::remove_closed() {
    const auto gone = std::erase_if(connections_, [](const Connection& connection) {
        return !connection->is_open();
    });
    open_ -= static_cast<std::int64_t>(gone);
}

void PostgresPool::grow() {
    if (attempts_.size() >= kMaxAttempts || Clock::now() < next_attempt_) return;
    if (connections_.size() + attempts_.size() >= options_.connections_per_loop) return;
    auto attempt = std::make_shared<ConnectAttempt>(loop_, settings_);
    attempts_.emplace_back(attempt, Clock::now() + options_.connect_limit);
    spawn(loop_.get_executor(), "postgres_connect", [self = shared_from_this(), attempt] {
        return self->connect(attempt);
    });
}

Task<void> PostgresPool::connect(std::shared_ptr<ConnectAttempt> attempt) {
    auto handle = co_await attempt->run();
    std::erase_if(attempts_, [&](const auto& entry) { return entry.first == attempt; });
    if (stopped_) co_return;
    if (!handle) {
        note_failure(handle.error());
        co_return;
    }
    if (failures_ > 0) log::info("database_back", {{"after", failures_}});
    failures_ = 0;
    next_attempt_ = {};
    connections_.push_back(std::make_shared<PostgresConnection>(
        loop_, std::move(*handle), !options_.pooler,
        [pool = weak_from_this()] {
            if (const auto self = pool.lock()) self->dispatch();
        }
    ));
    ++open_;
    dispatch();
}

void PostgresPool::note_failure(const Error& error) {
    // Once for each outage, not for each try.
    if (failures_ == 0) log::warn("database_unreachable", {{"detail", error.detail}});
    ++failures_;
    last_failure_ = error.detail;
    next_attempt_ = Clock::now() + back_off(failures_);
}

void PostgresPool::watch() {
    // What a transaction sends does not come by here: its connection is watched as a whole.
    const bool busy = !statements_.empty() || !transactions_.empty() || !attempts_.empty() ||
                      std::ranges::any_of(connections_, [](const Connection& connection) {
                          return connection->reserved || connection->in_flight() > 0;
                      });
    if (watching_ || !busy || stopped_) return;
    watching_ = true;
    timer_.expires_after(kTick);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
        self->watching_ = false;
        if (!ec) self->look();
    });
}

void PostgresPool::look() {
    const auto now = Clock::now();
    for (const auto& [attempt, deadline] : attempts_)
        if (deadline < now) attempt->cancel();
    const std::vector<Connection> all = connections_;  // Closing changes the list.
    for (const Connection& connection : all)
        if (connection->is_overdue(now)) connection->close("no answer in time");
    std::vector<Waiter> late;
    for (Waiters* waiters : {&statements_, &transactions_}) {
        std::erase_if(*waiters, [&](Waiter& waiter) {
            if (waiter.deadline >= now) return false;
            late.push_back(std::move(waiter));
            return true;
        });
    }
    for (const Waiter& waiter : late)
        waiter.taker(fail_unavailable("no connection to the database in time: " + last_failure_));
    dispatch();
}

}  // namespace reelshare::db
