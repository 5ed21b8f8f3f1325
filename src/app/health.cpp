// reelshare health: whether the process on this machine's port is ready, as an exit code. For the
// health check of a container, which has no other program to ask with.

#include "app/commands.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace reelshare::app {

namespace {

namespace ip = boost::asio::ip;

constexpr timeval kPatience{.tv_sec = 4, .tv_usec = 0};

/// The status line of the answer, or why there is none.
std::string ask(const std::string& address, std::uint16_t port) {
    boost::asio::io_context context;
    ip::tcp::socket socket(context);
    boost::system::error_code ec;
    const auto host = ip::make_address(address, ec);
    const bool any = ec || host.is_unspecified();
    socket.connect({any ? ip::make_address("127.0.0.1") : host, port}, ec);
    if (ec) return ec.message();
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    boost::asio::write(
        socket,
        boost::asio::buffer(
            std::string_view("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        ),
        ec
    );
    std::array<char, 64> start{};
    // Not through Asio, which waits without end.
    const ssize_t got = ::recv(socket.native_handle(), start.data(), start.size(), 0);
    if (got <= 0) return "no answer";
    const std::string_view text(start.data(), static_cast<std::size_t>(got));
    return std::string(text.substr(0, text.find('\r')));
}

}  // namespace

int health(const Config& config) {
    const std::uint16_t port = config.ops_port ? config.ops_port : config.port;
    const std::string answer = ask(config.address, port);
    std::printf("%s\n", answer.c_str());
    return answer.starts_with("HTTP/1.1 200 ") ? 0 : 1;
}

}  // namespace reelshare::app
