// The server over real sockets.

#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Client {
  public:
    explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("connect");
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// What arrives until `end` was in it, the server closes, or 10 s have passed.
    std::string read_until(std::string_view end) {
        while (text_.find(end) == std::string::npos && fill()) {
        }
        const auto at = text_.find(end);
        const std::string got = text_.substr(0, at == std::string::npos ? at : at + end.size());
        text_.erase(0, got.size());
        return got;
    }
    /// So many bytes of what arrives, or all until the server closes.
    std::size_t take(std::size_t count) {
        while (text_.size() < count && fill()) {
        }
        const std::size_t taken = std::min(count, text_.size());
        text_.erase(0, taken);
        return taken;
    }
    std::string read_all() {
        while (fill()) {
        }
        return std::exchange(text_, {});
    }
    [[nodiscard]] bool closed() const { return closed_; }

  private:
    bool fill() {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 10'000) <= 0) return false;
        char piece[4096];
        const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
        closed_ = got <= 0;
        if (got > 0) text_.append(piece, static_cast<std::size_t>(got));
        return got > 0;
    }
    int fd_;
    std::string text_;
    bool closed_ = false;
};

Response text(std::string body) {
    Response response;
    response.body = std::move(body);
    return response;
}

/// More than the buffers of both ends hold.
constexpr std::size_t kLarge = 32u << 20;

class ServerTest : public testing::Test {
  protected:
    void start(ServerOptions options = {}) {
        Router router;
        router.add(Method::get, "/hello", [](Request&) -> Task<Response> {
            co_return text("hello");
        });
        router.add(Method::get, "/large", [](Request&) -> Task<Response> {
            co_return text(std::string(kLarge, 'x'));
        });
        router.add(Method::get, "/slow", [this](Request&) -> Task<Response> {
            ++slow_;
            const bool awake = co_await sleep_for(std::chrono::milliseconds(300));
            co_return text(awake ? "slow" : "cut");
        });
        router.add(Method::get, "/throws", [](Request&) -> Task<Response> {
            throw std::runtime_error("secret detail");
            co_return Response{};
        });
        router.add(
            Method::post, "/echo", handler([](Request& request) -> Task<Result<Response>> {
                auto body = co_await request.body->read_all(1000);
                if (!body) co_return std::unexpected(body.error());
                co_return text(*body);
            }),
            {.max_body = 100, .chunked = true}
        );
        router.add(Method::post, "/refuses", [](Request&) -> Task<Response> {
            Response response;
            response.status = 403;
            co_return response;
        });
        options.address = "127.0.0.1";
        options.port = 0;
        server_ = std::make_unique<Server>(
            std::move(options), std::move(router), std::vector<Middleware>{}, metrics_
        );
        server_->start();
    }
    void TearDown() override {
        if (server_) server_->stop();
    }
    std::string ask(std::string_view request) {
        Client client(server_->port());
        client.send(request);
        return client.read_all();
    }

    /// Waits until the server holds so many connections.
    bool holds(int count) {
        const std::string line = fmt::format("reelshare_http_connections {}\n", count);
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (metrics_.render().find(line) == std::string::npos) {
            if (std::chrono::steady_clock::now() > give_up) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return true;
    }

    Metrics metrics_;
    std::atomic<int> slow_{0};
    std::unique_ptr<Server> server_;
};

constexpr std::string_view kClose = "Host: a\r\nConnection: close\r\n\r\n";

TEST_F(ServerTest, AnswersAndNamesTheRequest) {
    start();
    const std::string answer = ask(std::string("GET /hello HTTP/1.1\r\n") + std::string(kClose));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
    EXPECT_THAT(answer, HasSubstr("Date: "));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhello"));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    Client client(server_->port());
    client.send(
        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /none "
        "HTTP/1.1\r\nHost: a\r\n\r\n"
    );
    EXPECT_THAT(client.read_until("slow"), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(client.read_until("hello"), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 404"));
}

TEST_F(ServerTest, HeadHasNoBody) {
    start();
    const std::string answer = ask(std::string("HEAD /hello HTTP/1.1\r\n") + std::string(kClose));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, AnExceptionTellsNothingInternal) {
    start();
    const std::string answer = ask(std::string("GET /throws HTTP/1.1\r\n") + std::string(kClose));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST_F(ServerTest, AnotherMethodIs405WithAllow) {
    start();
    const std::string answer = ask(std::string("DELETE /hello HTTP/1.1\r\n") + std::string(kClose));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(answer, HasSubstr("Allow: GET"));
}

TEST_F(ServerTest, ReadsLengthAndChunkedBodies) {
    start();
    Client client(server_->port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst");
    EXPECT_THAT(client.read_until("\r\n\r\nfirst"), StartsWith("HTTP/1.1 200"));
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n"
    );
    EXPECT_THAT(client.read_until("\r\n\r\nsecond"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ATooLongBodyIsRefusedBeforeItIsSent) {
    start();
    const std::string answer =
        ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000000\r\nExpect: "
            "100-continue\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(answer, Not(HasSubstr("100 Continue")));
    const std::string counted =
        ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: "
            "close\r\n\r\nC8\r\n" +
            std::string(200, 'x') + "\r\n0\r\n\r\n");
    EXPECT_THAT(counted, StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, ContinueIsSaidAtTheFirstReadOnly) {
    start();
    Client client(server_->port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    );
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_THAT(client.read_until("\r\n\r\nbody"), StartsWith("HTTP/1.1 200"));
    const std::string refused =
        ask("POST /refuses HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        );
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 403"));
}

TEST_F(ServerTest, WhatFollowsBrokenFramingIsNoRequest) {
    start();
    const std::string answer =
        ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, ALargeHeaderIs431) {
    start();
    const std::string answer =
        ask("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'a') + "\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 431"));
    const std::string head =
        ask("HEAD /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'a') + "\r\n\r\n");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 431"));
    EXPECT_EQ(head.substr(head.find("\r\n\r\n")), "\r\n\r\n") << "it asked for no body";
}

TEST_F(ServerTest, ASlowHeaderIsCut) {
    ServerOptions options;
    options.header_timeout = std::chrono::milliseconds(200);
    start(std::move(options));
    Client client(server_->port());
    client.send("GET /hello HT");
    const auto begin = std::chrono::steady_clock::now();
    const std::string answer = client.read_all();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 408")) << answer;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
}

TEST_F(ServerTest, ASlowBodyIsCut) {
    ServerOptions options;
    options.body_grace = std::chrono::milliseconds(200);
    start(std::move(options));
    Client client(server_->port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nx");
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 408"));
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, AnIdleConnectionIsClosed) {
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(200);
    start(std::move(options));
    Client client(server_->port());
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(client.read_until("hello"), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(client.read_all(), "");
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, AClientThatTakesNothingIsCut) {
    ServerOptions options;
    options.write_timeout = std::chrono::milliseconds(200);
    start(std::move(options));
    Client client(server_->port());
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(holds(1));
    ASSERT_TRUE(holds(0));
    EXPECT_LT(client.read_all().size(), kLarge);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, AClientThatTakesALittleNowAndThenIsNot) {
    ServerOptions options;
    options.write_timeout = std::chrono::milliseconds(1500);
    start(std::move(options));
    Client client(server_->port());
    client.send(fmt::format("GET /large HTTP/1.1\r\n{}", kClose));
    std::size_t taken = 0;
    // Longer than the limit in all, each pause shorter.
    for (int i = 0; i < 8; ++i) {
        taken += client.take(kLarge / 10);
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    taken += client.read_all().size();
    EXPECT_GT(taken, kLarge);
}

TEST_F(ServerTest, WhoNeverAsksIsLetGoBeforeWhoHasAsked) {
    ServerOptions options;
    options.header_timeout = std::chrono::milliseconds(500);
    start(std::move(options));
    Client known(server_->port());
    // With an id of its own, as a proxy sends it.
    constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: x\r\n\r\n";
    known.send(kHello);
    EXPECT_THAT(known.read_until("hello"), StartsWith("HTTP/1.1 200"));
    Client silent(server_->port());
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_TRUE(silent.closed());
    known.send(kHello);
    EXPECT_THAT(known.read_until("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, OneAddressGetsSoManyConnectionsAndNoMore) {
    ServerOptions options;
    options.max_connections_per_address = 3;
    start(std::move(options));
    std::vector<std::unique_ptr<Client>> held;
    for (int i = 0; i < 3; ++i) held.push_back(std::make_unique<Client>(server_->port()));
    ASSERT_TRUE(holds(3));
    const std::string refused = ask(fmt::format("GET /hello HTTP/1.1\r\n{}", kClose));
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
    EXPECT_THAT(refused, HasSubstr("Retry-After: "));
    // Those that are there go on, and a place that is given back is taken again.
    held[0]->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(held[0]->read_until("hello"), StartsWith("HTTP/1.1 200"));
    held.pop_back();
    ASSERT_TRUE(holds(2));
    EXPECT_THAT(ask(fmt::format("GET /hello HTTP/1.1\r\n{}", kClose)), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, AProxyOfOursSpeaksForManyClients) {
    ServerOptions options;
    options.max_connections_per_address = 1;
    options.trusted_proxies = {"127.0.0.1"};
    start(std::move(options));
    const Client first(server_->port());
    const Client second(server_->port());
    ASSERT_TRUE(holds(2));
    EXPECT_THAT(ask(fmt::format("GET /hello HTTP/1.1\r\n{}", kClose)), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, AllTogetherGetSoManyConnectionsAndNoMore) {
    ServerOptions options;
    options.max_connections = 2;
    options.trusted_proxies = {"127.0.0.1"};
    start(std::move(options));
    const Client first(server_->port());
    const Client second(server_->port());
    ASSERT_TRUE(holds(2));
    EXPECT_THAT(ask(fmt::format("GET /hello HTTP/1.1\r\n{}", kClose)), StartsWith("HTTP/1.1 503"));
}

TEST_F(ServerTest, AStopLetsWhatIsInFlightFinish) {
    start();
    Client client(server_->port());
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (slow_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::thread stopper([this] { server_->stop(); });
    const std::string answer = client.read_all();
    stopper.join();
    server_.reset();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    EXPECT_TRUE(answer.ends_with("slow"));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, RubbishIsAnsweredAndSurvived) {
    start();
    for (const std::string& rubbish :
         {std::string("\x16\x03\x01\x02\x00\x01\x00", 7), std::string(2000, '\0'),
          std::string("\r\n\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost: a\r\n")}) {
        Client client(server_->port());
        client.send(rubbish);
    }
    EXPECT_THAT(
        ask(std::string("GET /hello HTTP/1.1\r\n") + std::string(kClose)), HasSubstr("hello")
    );
}

}  // namespace
}  // namespace reelshare::http
