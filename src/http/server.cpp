#include "http/server.hpp"

#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/dispatch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>

namespace reelshare::http {

namespace {

using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using Clock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kTick{250};         // How late a deadline may be noticed.
constexpr std::chrono::milliseconds kAcceptPause{100};  // After a failure, e.g. no descriptors.
constexpr std::chrono::seconds kCutTime{5};             // For what was cut to end.

tcp::acceptor bind(asio::io_context& context, const tcp::endpoint& endpoint) {
    tcp::acceptor acceptor(context);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.set_option(ReusePort(true));
    acceptor.bind(endpoint);
    acceptor.listen(kBacklog);
    return acceptor;
}

/// An IPv4 client of an IPv6 socket is that IPv4 client.
asio::ip::address plain(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

void refuse_busy(tcp::socket& socket) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    boost::system::error_code ec;
    socket.non_blocking(true, ec);
    socket.write_some(asio::buffer(kBusy), ec);
    socket.shutdown(tcp::socket::shutdown_send, ec);
}

/// One event loop with its thread, its acceptor and its connections.
struct Part {
    explicit Part(ServerState& state)
        : loop(state), work(context.get_executor()), ticker(context), acceptor(context) {}

    asio::io_context context{1};
    Loop loop;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    asio::steady_timer ticker;
    tcp::acceptor acceptor;
    bool ending = false;
    std::thread thread;
};

/// Lives as long as a connection is counted and listed.
class Membership {
  public:
    Membership(Part& part, std::shared_ptr<Connection> connection, asio::ip::address address)
        : part_(part),
          place_(part.loop.connections.insert(part.loop.connections.end(), std::move(connection))),
          address_(std::move(address)) {}
    ~Membership() {
        part_.loop.connections.erase(place_);
        part_.loop.state.leave(address_);
    }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

  private:
    Part& part_;
    std::list<std::shared_ptr<Connection>>::iterator place_;
    asio::ip::address address_;
};

Task<void> serve(Part& part, std::shared_ptr<tcp::socket> socket, asio::ip::address address) {
    if (!part.loop.state.enter(address)) {
        refuse_busy(*socket);
        co_return;
    }
    auto connection =
        std::make_shared<Connection>(std::move(*socket), address.to_string(), part.loop);
    const Membership member(part, connection, address);
    co_await connection->run();
}

Task<void> accept(Part& part) {
    bool failing = false;
    for (;;) {
        auto [ec, socket] = co_await part.acceptor.async_accept(kAwait);
        if (!part.acceptor.is_open()) co_return;
        if (ec) {
            // A pause lets descriptors come back instead of spinning.
            if (!failing) log::warn("accept_failed", {{"error", ec.message()}});
            failing = true;
            const bool waited = co_await sleep_for(kAcceptPause);
            if (!waited) co_return;
            continue;
        }
        failing = false;
        const auto peer = socket.remote_endpoint(ec);
        if (ec) continue;  // Gone already.
        auto held = std::make_shared<tcp::socket>(std::move(socket));
        spawn(
            part.context.get_executor(), "connection",
            [&part, held, address = plain(peer.address())] { return serve(part, held, address); }
        );
    }
}

Task<void> watch_deadlines(Part& part) {
    while (!part.ending) {
        part.ticker.expires_after(kTick);
        auto [ec] = co_await part.ticker.async_wait(kAwait);
        if (ec) co_return;
        const auto now = Connection::Clock::now();
        for (const auto& connection : part.loop.connections) connection->check_deadline(now);
    }
}

}  // namespace

class Server::Impl {
  public:
    Impl(ServerOptions options, Router router, std::vector<Middleware> middleware, Metrics& metrics)
        : state_(std::move(options), std::move(router)) {
        // sendfile knows no MSG_NOSIGNAL.
        std::signal(SIGPIPE, SIG_IGN);
        state_.entry = dispatcher(state_, std::move(middleware));
        set_up_metrics(metrics);
        tcp::endpoint endpoint(asio::ip::make_address(state_.options.address), state_.options.port);
        for (std::size_t i = 0; i < std::max<std::size_t>(1, state_.options.threads); ++i) {
            auto& part = parts_.emplace_back(std::make_unique<Part>(state_));
            part->acceptor = bind(part->context, endpoint);
            endpoint = part->acceptor.local_endpoint();  // Port 0 became a real one.
        }
        port_ = endpoint.port();
    }
    ~Impl() { stop(); }

    void start() {
        for (auto& part : parts_) {
            const auto executor = part->context.get_executor();
            spawn(executor, "accept", [p = part.get()] { return accept(*p); });
            spawn(executor, "deadlines", [p = part.get()] { return watch_deadlines(*p); });
            part->thread = std::thread([p = part.get()] { p->context.run(); });
        }
    }

    void drain() {
        if (state_.stopping.exchange(true)) return;
        for_each_part([](Part& part) {
            boost::system::error_code ec;
            part.acceptor.close(ec);
            for (const auto& connection : part.loop.connections) connection->close_if_idle();
        });
        if (wait_until_empty(state_.options.shutdown_grace)) return;
        log::warn("connections_cut", {{"count", state_.load->connections.load()}});
        for_each_part([](Part& part) {
            for (const auto& connection : part.loop.connections) connection->close();
        });
        wait_until_empty(kCutTime);
    }

    void stop() {
        drain();
        for_each_part([](Part& part) {
            part.ending = true;
            part.ticker.cancel();
            part.work.reset();
        });
        const auto give_up = Clock::now() + kCutTime;
        for (auto& part : parts_) {
            if (!part->thread.joinable()) continue;
            // What still runs on a loop now had its chance; a loop that does not empty is left by
            // force.
            while (!part->context.stopped() && Clock::now() < give_up)
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            part->context.stop();
            part->thread.join();
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::vector<asio::any_io_executor> executors() {
        std::vector<asio::any_io_executor> all;
        all.reserve(parts_.size());
        for (auto& part : parts_) all.emplace_back(part->context.get_executor());
        return all;
    }

  private:
    void set_up_metrics(Metrics& metrics) {
        const auto counter = [&](const char* name, const char* help) {
            return &prometheus::BuildCounter()
                        .Name(name)
                        .Help(help)
                        .Register(metrics.registry())
                        .Add({});
        };
        state_.received =
            counter("reelshare_http_received_bytes_total", "Bytes read from clients.");
        state_.sent = counter("reelshare_http_sent_bytes_total", "Bytes written to clients.");
        state_.durations =
            &prometheus::BuildHistogram()
                 .Name("reelshare_http_request_duration_seconds")
                 .Help("From the last byte of the header to the last byte of the answer.")
                 .Register(metrics.registry());
        metrics.sample("reelshare_http_connections", "Open connections.", [load = state_.load] {
            return static_cast<double>(load->connections.load());
        });
        metrics.sample(
            "reelshare_http_requests_in_flight", "Requests being answered.",
            [load = state_.load] { return static_cast<double>(load->in_flight.load()); }
        );
    }

    /// Runs `work` on every loop, soon.
    template <class F>
    void for_each_part(F work) {
        for (auto& part : parts_) asio::post(part->context, [p = part.get(), work] { work(*p); });
    }

    bool wait_until_empty(std::chrono::milliseconds time) {
        const auto give_up = Clock::now() + time;
        while (state_.load->connections > 0 && Clock::now() < give_up)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return state_.load->connections == 0;
    }

    ServerState state_;
    std::vector<std::unique_ptr<Part>> parts_;
    std::uint16_t port_ = 0;
};

Server::Server(
    ServerOptions options, Router router, std::vector<Middleware> middleware, Metrics& metrics
)
    : impl_(std::make_unique<Impl>(
          std::move(options), std::move(router), std::move(middleware), metrics
      )) {}
Server::~Server() = default;
void Server::start() {
    impl_->start();
}
std::uint16_t Server::port() const {
    return impl_->port();
}
std::vector<asio::any_io_executor> Server::executors() {
    return impl_->executors();
}
void Server::drain() {
    impl_->drain();
}
void Server::stop() {
    impl_->stop();
}

}  // namespace reelshare::http
