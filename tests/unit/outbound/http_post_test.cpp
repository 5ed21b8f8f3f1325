#include "outbound/http_post.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

namespace reelshare::outbound {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// Gives one answer to whoever connects, and counts them.
class OneAnswer {
  public:
    explicit OneAnswer(std::string answer)
        : acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answer = std::move(answer)] { serve(answer); }) {}
    ~OneAnswer() {
        ending_ = true;
        tcp::socket poke(context_);
        boost::system::error_code ec;
        poke.connect(acceptor_.local_endpoint(), ec);
    }
    [[nodiscard]] std::string port() const {
        return std::to_string(acceptor_.local_endpoint().port());
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] const std::string& request() const { return request_; }

  private:
    void serve(const std::string& answer) {
        for (;;) {
            tcp::socket socket(context_);
            boost::system::error_code ec;
            acceptor_.accept(socket, ec);
            if (ending_ || ec) return;
            ++connections_;
            std::array<char, 4096> piece{};
            request_.append(piece.data(), socket.read_some(asio::buffer(piece), ec));
            asio::write(socket, asio::buffer(answer), ec);
        }
    }

    asio::io_context context_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ending_{false};
    std::atomic<int> connections_{0};
    std::string request_;
    std::jthread thread_;
};

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

TEST(HttpPost, SendsBodyAndHeadersAndGivesTheStatus) {
    OneAnswer server("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto status = post(
        {.url = "http://127.0.0.1:" + server.port() + "/hook",
         .headers = {"X-Test: yes"},
         .body = "hello",
         .allow_private = true}
    );
    ASSERT_TRUE(status) << status.error().detail;
    EXPECT_EQ(*status, 202);
    EXPECT_NE(server.request().find("POST /hook HTTP/1.1"), std::string::npos);
    EXPECT_NE(server.request().find("X-Test: yes"), std::string::npos);
}

TEST(HttpPost, NeverReachesInnerAddresses) {
    OneAnswer server(kOk);
    for (const std::string host :
         {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f000001", "2130706433", "127.1",
          "0.0.0.0", "[::1]", "[::]"}) {
        const auto status = post({.url = "http://" + host + ":" + server.port(), .body = "x"});
        EXPECT_FALSE(status) << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(HttpPost, FollowsNoRedirect) {
    OneAnswer inner(kOk);
    OneAnswer outer(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:" + inner.port() +
        "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    const auto status =
        post({.url = "http://127.0.0.1:" + outer.port(), .body = "x", .allow_private = true});
    ASSERT_TRUE(status);
    EXPECT_EQ(*status, 307);
    EXPECT_EQ(inner.connections(), 0);
}

TEST(HttpPost, OtherProtocolsAreRefused) {
    for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", ""})
        EXPECT_FALSE(post({.url = url, .body = "x", .allow_private = true})) << url;
}

TEST(HttpPost, DoesNotWaitForEver) {
    asio::io_context context;
    const tcp::acceptor silent(context, {asio::ip::make_address("127.0.0.1"), 0});
    const auto status = post(
        {.url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()),
         .body = "x",
         .allow_private = true,
         .timeout = std::chrono::milliseconds(200)}
    );
    EXPECT_FALSE(status);
}

}  // namespace
}  // namespace reelshare::outbound
