#pragma once
// The HTTP/1.1 server: one single-threaded event loop per core, each with its own acceptor on the
// same port (SO_REUSEPORT). A connection lives and dies on one loop.

#include "base/metrics.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::http {

struct ServerOptions {
    std::string address = "0.0.0.0";
    std::uint16_t port = 5000;  ///< 0: any free one; `Server::port` tells.
    std::size_t threads = 1;    ///< Event loops.
    /// Networks ("10.0.0.0/8", "::1") whose X-Forwarded-For and X-Forwarded-Proto are believed.
    std::vector<std::string> trusted_proxies{};
    std::size_t max_header_bytes = 8 * 1024;
    std::size_t max_header_fields = 100;
    std::size_t max_connections = 20'000;
    std::size_t max_connections_per_address = 2'000;
    /// The whole header, from its first byte; also the first byte of a new connection.
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds idle_timeout{75'000};    ///< Keep-alive between requests.
    std::chrono::milliseconds write_timeout{30'000};   ///< No byte taken by the client for so long.
    std::chrono::milliseconds body_grace{20'000};      ///< After this, min_body_rate must hold.
    std::size_t min_body_rate = 1'000;                 ///< Bytes per second.
    std::chrono::milliseconds shutdown_grace{15'000};  ///< For what is in flight.
    SpanSink* spans = nullptr;  ///< Is told of sampled requests; outlives the server.
};

class Server {
  public:
    /// Binds at once (throws std::system_error where it cannot), serves after `start`. `router` and
    /// what its handlers refer to must outlive the server. `middleware` runs outermost first,
    /// around every answer incl. 404, 405, 413; the server itself catches exceptions, sets
    /// X-Request-Id and Date, answers HEAD, and writes the access log line and the request metrics.
    Server(
        ServerOptions options, Router router, std::vector<Middleware> middleware, Metrics& metrics
    );
    ~Server();

    void start();
    [[nodiscard]] std::uint16_t port() const;
    /// One executor per event loop, for background tasks that belong to the loops.
    [[nodiscard]] std::vector<asio::any_io_executor> executors();
    /// Stops accepting, answers what is in flight with `Connection: close`, waits up to the grace
    /// time, cuts the rest. The loops go on. Blocks; called from the main thread.
    void drain();
    /// Drains, then ends the loops: background tasks on them must have ended or end now.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelshare::http
