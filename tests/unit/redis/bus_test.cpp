#include "redis/bus.hpp"

#include "cache/bus_suite.hpp"
#include "support/redis_server.hpp"

#include <atomic>
#include <utility>

namespace reelshare::cache {
namespace {

using namespace std::chrono_literals;

/// One node of an installation, and how often it was told that it may have missed something.
class Node : public Bus {
  public:
    explicit Node(const std::string& url)
        : client_({.address = redis::parse_address(url).value(), .budget = 5s}, metrics_),
          bus_(redis::make_bus(client_)) {
        bus_->on_gap([this] { ++gaps_; });
    }
    ~Node() override { client_.stop(); }

    void publish(std::string_view topic, std::string payload) override {
        bus_->publish(topic, std::move(payload));
    }
    std::unique_ptr<Subscription> subscribe(std::string topic) override {
        return bus_->subscribe(std::move(topic));
    }
    void listen(std::string topic, std::function<void(std::string_view)> listener) override {
        bus_->listen(std::move(topic), std::move(listener));
    }
    void on_gap(std::function<void()> listener) override { bus_->on_gap(std::move(listener)); }

    /// A node that has subscribed has told of a gap: it missed all before.
    bool is_ready(int gaps = 1) {
        return eventually([this, gaps] { return client_.up() && gaps_ >= gaps; });
    }
    bool is_away() {
        return eventually([this] { return !client_.up(); });
    }
    [[nodiscard]] int gaps() const { return gaps_; }

  private:
    Metrics metrics_;
    std::atomic<int> gaps_{0};
    redis::Client client_;
    std::unique_ptr<Bus> bus_;
};

class RedisBusTest : public testing::Test {
  protected:
    RedisServer server_;
};

/// The suite runs with Redis and without: inside one process there is no difference.
std::unique_ptr<Bus> with_redis() {
    static const RedisServer kServer;
    auto node = std::make_unique<Node>(kServer.url());
    EXPECT_TRUE(node->is_ready());
    return node;
}
std::unique_ptr<Bus> with_redis_away() {
    return std::make_unique<Node>("redis://127.0.0.1:1");
}
INSTANTIATE_TEST_SUITE_P(
    Redis, BusSuite, testing::Values(MakeBus(with_redis), MakeBus(with_redis_away))
);

TEST_F(RedisBusTest, OthersHearWhatOneSays) {
    Node one(server_.url());
    Node two(server_.url());
    ASSERT_TRUE(one.is_ready() && two.is_ready());
    auto own = one.subscribe("asset:7");
    auto other = two.subscribe("asset:7");
    one.publish("asset:7", "a\nb\n\nc");
    EXPECT_EQ(next(*other, 20s), "a\nb\n\nc");
    EXPECT_EQ(next(*own, 20s), "a\nb\n\nc");
    EXPECT_EQ(next(*own, 200ms), std::nullopt) << "its own message came back";
    EXPECT_EQ(next(*other, 1ms), std::nullopt);
}

TEST_F(RedisBusTest, AnotherDatabaseIsAnotherInstallation) {
    Node one(server_.url() + "/1");
    Node two(server_.url() + "/2");
    ASSERT_TRUE(one.is_ready() && two.is_ready());
    auto other = two.subscribe("a");
    one.publish("a", "x");
    EXPECT_EQ(next(*other, 200ms), std::nullopt);
}

TEST_F(RedisBusTest, AReconnectIsAGap) {
    Node node(server_.url());
    ASSERT_TRUE(node.is_ready());
    const int before = node.gaps();
    server_.kill();
    ASSERT_TRUE(node.is_away());
    server_.start();
    EXPECT_TRUE(node.is_ready(before + 1));
}

TEST_F(RedisBusTest, WhoCouldNotSpeakSaysSo) {
    Node one(server_.url());
    Node two(server_.url());
    ASSERT_TRUE(one.is_ready() && two.is_ready());
    server_.kill();
    ASSERT_TRUE(one.is_away() && two.is_away());
    one.publish("drop", "feed");
    server_.start();
    // One gap for the lost subscription, one because the other node was silent.
    EXPECT_TRUE(two.is_ready(3)) << two.gaps();
}

}  // namespace
}  // namespace reelshare::cache
