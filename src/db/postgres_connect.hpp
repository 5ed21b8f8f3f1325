#pragma once
// How a connection is made: our settings on top of the operator's URL, names resolved and the
// handshake driven without blocking the loop.

#include "base/task.hpp"
#include "db/postgres.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string>

namespace reelshare::db {

struct CloseConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresHandle = std::unique_ptr<PGconn, CloseConnection>;

/// What libpq is told, by its keyword.
using ConnectSettings = std::map<std::string, std::string>;

/// `replica`: a server that only reads will do. `invalid`: libpq does not understand the URL.
[[nodiscard]] Result<ConnectSettings> connect_settings(
    const PostgresOptions& options, const std::string& url, bool replica
);

/// Blocking; for threads of their own.
[[nodiscard]] Result<PostgresHandle> connect_now(const ConnectSettings& settings);

/// One try to connect, on the loop. Kept alive by whoever runs it.
class ConnectAttempt {
  public:
    ConnectAttempt(asio::io_context& loop, ConnectSettings settings)
        : loop_(loop), settings_(std::move(settings)), socket_(loop) {}

    /// In pipeline mode and not blocking, or `unavailable`.
    Task<Result<PostgresHandle>> run();
    /// Makes `run` fail soon.
    void cancel();

  private:
    Task<bool> resolve();
    Task<bool> wait_for(PostgresPollingStatusType step, int socket);

    asio::io_context& loop_;
    ConnectSettings settings_;
    asio::posix::stream_descriptor socket_;
    bool cancelled_ = false;
};

}  // namespace reelshare::db
