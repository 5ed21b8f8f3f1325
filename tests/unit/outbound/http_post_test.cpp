#include "outbound/http_post.hpp"

#include "one_answer.hpp"

#include <gtest/gtest.h>

namespace reelshare::outbound {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

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
