#include "redis/opener.hpp"

#include "redis/answer.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace reelshare::redis {

namespace {

using tcp = asio::ip::tcp;
using Opened = Result<std::unique_ptr<Connection>>;

constexpr std::chrono::milliseconds kConnectTime{1000};
constexpr std::chrono::milliseconds kAskTime{1000};

/// The numeric addresses of a host.
Task<std::vector<std::string>> look_up(asio::io_context& loop, std::string host) {
    boost::system::error_code bad;
    const auto literal = asio::ip::make_address(host, bad);
    if (!bad) co_return std::vector{literal.to_string()};
    tcp::resolver resolver(loop);
    auto [ec, found] =
        co_await resolver.async_resolve(host, "", asio::as_tuple(asio::use_awaitable));
    std::vector<std::string> addresses;
    if (ec) co_return addresses;
    for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
    co_return addresses;
}

}  // namespace

Opener::Opener(asio::io_context& loop, Address address)
    : loop_(loop), address_(std::move(address)) {}

Task<Result<Reply>> Opener::ask(asio::io_context& loop, Connection& connection, Command command) {
    Answer<Result<Reply>> answer(loop);
    connection.send(command, answer.callback());
    auto reply = co_await answer.wait(kAskTime);
    if (!reply) co_return fail_unavailable("Redis does not answer " + command.front());
    co_return std::move(*reply);
}

Task<Opened> Opener::connect(Endpoint endpoint) {
    const auto addresses = co_await look_up(loop_, endpoint.host);
    Error last{.code = Errc::unavailable, .message = {}, .detail = "unknown host " + endpoint.host};
    for (const std::string& address : addresses) {
        auto connection = std::make_unique<Connection>(loop_);
        Answer<Result<void>> answer(loop_);
        connection->open(address, endpoint.port, answer.callback());
        const auto opened = co_await answer.wait(kConnectTime);
        if (opened && *opened) co_return connection;
        if (opened) last = opened->error();
    }
    co_return std::unexpected(std::move(last));
}

Task<Opened> Opener::enter(Endpoint endpoint) {
    auto connection = co_await connect(endpoint);
    if (!connection) co_return connection;
    if (!address_.password.empty()) {
        Command login{"AUTH"};
        if (!address_.user.empty()) login.push_back(address_.user);
        login.push_back(address_.password);
        const auto entered = co_await ask(loop_, **connection, std::move(login));
        if (!entered) co_return std::unexpected(entered.error());
    }
    if (address_.database != 0) {
        const auto selected =
            co_await ask(loop_, **connection, Command{"SELECT", std::to_string(address_.database)});
        if (!selected) co_return std::unexpected(selected.error());
    }
    if (address_.mode == Mode::sentinel) {
        const auto role = co_await ask(loop_, **connection, Command{"ROLE"});
        if (!role) co_return std::unexpected(role.error());
        if (role->items().empty() || role->items().front().text() != "master")
            co_return fail_unavailable("the sentinels name a master that is none (yet)");
    }
    co_return connection;
}

Task<Result<Endpoint>> Opener::master() {
    Error last{.code = Errc::unavailable, .message = {}, .detail = "no sentinel"};
    for (std::size_t i = 0; i < address_.endpoints.size(); ++i) {
        const Endpoint sentinel = address_.endpoints[i];
        auto connection = co_await connect(sentinel);
        if (!connection) {
            last = connection.error();
            continue;
        }
        const auto answer = co_await ask(
            loop_, **connection, Command{"SENTINEL", "get-master-addr-by-name", address_.master}
        );
        std::uint16_t port = 0;
        if (answer && answer->items().size() == 2) {
            const std::string& text = answer->items()[1].text();
            std::from_chars(text.data(), text.data() + text.size(), port);
        }
        if (port == 0) {
            last.detail = "a sentinel does not know the master " + address_.master;
            continue;
        }
        // Whoever answered is asked first next time.
        std::swap(address_.endpoints[0], address_.endpoints[i]);
        co_return Endpoint{answer->items()[0].text(), port};
    }
    co_return std::unexpected(std::move(last));
}

Task<Opened> Opener::open() {
    if (address_.mode == Mode::sentinel) {
        const auto found = co_await master();
        if (!found) co_return std::unexpected(found.error());
        auto entered = co_await enter(*found);
        co_return entered;
    }
    Opened entered = fail_unavailable("no address");
    for (const Endpoint& endpoint : address_.endpoints) {
        entered = co_await enter(endpoint);
        if (entered) break;
    }
    co_return entered;
}

}  // namespace reelshare::redis
