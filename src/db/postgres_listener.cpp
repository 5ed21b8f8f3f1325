#include "db/postgres_listener.hpp"

#include "base/log.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace reelshare::db {

namespace {

constexpr int kPauseMillis = 1'000;  ///< After a failure.

struct FreeNotify {
    void operator()(PGnotify* notify) const { PQfreemem(notify); }
};

}  // namespace

PostgresListener::PostgresListener(ConnectSettings settings)
    : settings_(std::move(settings)), wake_(::eventfd(0, EFD_CLOEXEC)) {}

PostgresListener::~PostgresListener() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    const std::uint64_t one = 1;
    const auto written = ::write(wake_, &one, sizeof one);
    (void)written;  // An eventfd that was never read takes it.
    if (thread_.joinable()) thread_.join();
    ::close(wake_);
}

void PostgresListener::add(std::string channel, Listener listener) {
    const std::lock_guard lock(mutex_);
    listeners_.emplace(std::move(channel), std::move(listener));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

bool PostgresListener::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void PostgresListener::run() {
    while (!stopping()) {
        const auto connection = connect_now(settings_);
        if (!connection || !subscribe(connection->get())) {
            sleep(-1, kPauseMillis);
            continue;
        }
        tell_all();
        listen(connection->get());
        if (stopping()) return;
        log::warn("database_listener_lost", {});
        sleep(-1, kPauseMillis);
    }
}

bool PostgresListener::subscribe(PGconn* connection) {
    std::vector<std::string> channels;
    {
        const std::lock_guard lock(mutex_);
        for (auto it = listeners_.begin(); it != listeners_.end();
             it = listeners_.upper_bound(it->first))
            channels.push_back(it->first);
    }
    for (const std::string& channel : channels) {
        // Channels are words of ours, never a user's.
        PGresult* result = PQexec(connection, ("LISTEN \"" + channel + '"').c_str());
        const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        if (!good) return false;
    }
    return true;
}

void PostgresListener::listen(PGconn* connection) {
    while (sleep(PQsocket(connection), -1)) {
        if (PQconsumeInput(connection) != 1) return;
        while (const std::unique_ptr<PGnotify, FreeNotify> notify{PQnotifies(connection)})
            tell(notify->relname, notify->extra);
    }
}

/// False: we end.
bool PostgresListener::sleep(int socket, int milliseconds) const {
    std::array<pollfd, 2> waits{
        pollfd{.fd = wake_, .events = POLLIN, .revents = 0},
        pollfd{.fd = socket, .events = POLLIN, .revents = 0}
    };
    ::poll(waits.data(), waits.size(), milliseconds);
    return waits[0].revents == 0;
}

void PostgresListener::tell(std::string_view channel, std::string_view payload) {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = listeners_.equal_range(std::string(channel));
    for (auto it = begin; it != end; ++it) it->second(payload);
}

void PostgresListener::tell_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& [channel, listener] : listeners_) listener("");
}

}  // namespace reelshare::db
