#include "redis/client.hpp"

#include "support/redis_server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace reelshare::redis {
namespace {

using namespace std::chrono_literals;

ClientOptions options_for(const std::string& url, std::chrono::milliseconds budget = 5s) {
    return {.address = parse_address(url).value(), .budget = budget};
}

bool comes_up(Client& client) {
    return eventually([&] { return client.up(); });
}

TEST(RedisClient, AnswersCommandsOfAllKinds) {
    const RedisServer server;
    Metrics metrics;
    Client client(options_for(server.url()), metrics);
    ASSERT_TRUE(comes_up(client));
    EXPECT_EQ(run_task(client.command({"SET", "a", std::string("\0\r\n", 3)}))->text(), "OK");
    EXPECT_EQ(run_task(client.command({"GET", "a"}))->text(), std::string("\0\r\n", 3));
    EXPECT_TRUE(run_task(client.command({"GET", "b"}))->is_nil());
    EXPECT_EQ(run_task(client.command({"INCR", "n"}))->integer(), 1);
    const auto keys = run_task(client.command({"MGET", "n", "b"}));
    ASSERT_EQ(keys->items().size(), 2U);
    EXPECT_EQ(keys->items()[0].text(), "1");
    const auto refused = run_task(client.command({"NONSENSE"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_NE(refused.error().detail.find("unknown command"), std::string::npos);
}

TEST(RedisClient, PipelinesInOrder) {
    const RedisServer server;
    Metrics metrics;
    Client client(options_for(server.url()), metrics);
    ASSERT_TRUE(comes_up(client));
    std::atomic<int> right{0};
    constexpr int kMany = 2000;
    for (int i = 0; i < kMany; ++i)
        client.send({"ECHO", std::to_string(i)}, {}, [&right, i](const Result<Reply>& reply) {
            if (reply && reply->text() == std::to_string(i)) ++right;
        });
    EXPECT_TRUE(eventually([&] { return right == kMany; })) << right;
}

TEST(RedisClient, LogsInAndSelects) {
    const RedisServer server({"--requirepass", "p@ss"});
    Metrics metrics;
    Client wrong(options_for(server.url()), metrics);
    const std::string base = "127.0.0.1:" + std::to_string(server.port());
    Metrics others;
    Client two(options_for("redis://:p%40ss@" + base + "/2"), others);
    Metrics more;
    Client zero(options_for("redis://default:p%40ss@" + base), more);
    ASSERT_TRUE(comes_up(two) && comes_up(zero));
    EXPECT_TRUE(run_task(two.command({"SET", "a", "1"})));
    EXPECT_TRUE(run_task(zero.command({"GET", "a"}))->is_nil());
    EXPECT_FALSE(wrong.up());
}

TEST(RedisClient, SendsAScriptWholeWhereItIsNotKnown) {
    const RedisServer server;
    Metrics metrics;
    Client client(options_for(server.url()), metrics);
    ASSERT_TRUE(comes_up(client));
    const Script script("return {KEYS[1], ARGV[1] + 1}");
    for (int round = 0; round < 2; ++round) {
        const auto reply = run_task(client.run(script, {"k"}, {"41"}));
        ASSERT_TRUE(reply) << reply.error().detail;
        ASSERT_EQ(reply->items().size(), 2U);
        EXPECT_EQ(reply->items()[1].integer(), 42);
        EXPECT_TRUE(run_task(client.command({"SCRIPT", "FLUSH"})));
    }
}

TEST(RedisClient, FailsAtOnceWhileAwayAndComesBackByItself) {
    RedisServer server;
    Metrics metrics;
    Client client(options_for(server.url()), metrics);
    ASSERT_TRUE(comes_up(client));
    server.kill();
    EXPECT_TRUE(eventually([&] { return !client.up(); }));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(run_task(client.command({"PING"})));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
    server.start();
    EXPECT_TRUE(comes_up(client));
    EXPECT_TRUE(run_task(client.command({"PING"})));
}

TEST(RedisClient, AFrozenServerCostsItsBudgetOnceAndHeals) {
    RedisServer server;
    Metrics metrics;
    Client client(options_for(server.url(), 300ms), metrics);
    ASSERT_TRUE(comes_up(client));
    server.freeze();
    const auto late = run_task(client.command({"PING"}));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::timeout);
    EXPECT_FALSE(client.up());
    const auto at_once = run_task(client.command({"PING"}));
    ASSERT_FALSE(at_once);
    EXPECT_EQ(at_once.error().code, Errc::unavailable);
    server.thaw();
    EXPECT_TRUE(comes_up(client));
    EXPECT_TRUE(run_task(client.command({"PING"})));
}

TEST(RedisClient, StartsWithoutAServer) {
    Metrics metrics;
    Client client(options_for("redis://127.0.0.1:1"), metrics);
    EXPECT_FALSE(run_task(client.command({"PING"})));
    EXPECT_NE(metrics.render().find("reelshare_redis_up 0"), std::string::npos);
}

}  // namespace
}  // namespace reelshare::redis
