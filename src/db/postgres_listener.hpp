#pragma once
// LISTEN: one connection and one thread that wait for what other processes tell. Best effort: while
// the connection is away messages are missed, so every listener is called once when it is there.

#include "db/postgres_connect.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace reelshare::db {

class PostgresListener {
  public:
    using Listener = std::function<void(std::string_view payload)>;

    explicit PostgresListener(ConnectSettings settings);
    ~PostgresListener();
    PostgresListener(const PostgresListener&) = delete;
    PostgresListener& operator=(const PostgresListener&) = delete;

    /// The thread starts with the first one. Called on that thread.
    void add(std::string channel, Listener listener);

  private:
    void run();
    /// Until the connection ends or we do.
    void listen(PGconn* connection);
    bool subscribe(PGconn* connection);
    bool sleep(int socket, int milliseconds) const;
    void tell(std::string_view channel, std::string_view payload);
    void tell_all();
    [[nodiscard]] bool stopping() const;

    const ConnectSettings settings_;
    int wake_;  ///< An eventfd: we end.
    mutable std::mutex mutex_;
    bool stopping_ = false;                           ///< Under `mutex_`.
    std::multimap<std::string, Listener> listeners_;  ///< Under `mutex_`.
    std::thread thread_;
};

}  // namespace reelshare::db
