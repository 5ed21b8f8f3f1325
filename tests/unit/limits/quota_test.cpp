#include "limits/quota.hpp"

#include "limits/redis_quota.hpp"
#include "support/redis_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>

namespace reelshare::limits {
namespace {

using namespace std::chrono_literals;

/// A quota with what it stands on.
struct World {
    virtual ~World() = default;
    virtual Quota& quota() = 0;
};
using MakeWorld = std::unique_ptr<World> (*)();

struct MemoryWorld final : World {
    Quota& quota() override { return *made; }
    std::unique_ptr<Quota> made = make_memory_quota();
};

struct RedisWorld final : World {
    RedisWorld() {
        EXPECT_TRUE(eventually([this] { return client.up(); }));
    }
    Quota& quota() override { return *made; }
    RedisServer server;
    Metrics metrics;
    redis::Client client{
        {.address = redis::parse_address(server.url()).value(), .budget = 5s}, metrics
    };
    std::unique_ptr<Quota> made = make_redis_quota(client);
};

Taken take(Quota& quota, const std::string& key, const Policy& policy, int want) {
    std::promise<Result<Taken>> promise;
    quota.take(key, policy, want, [&](Result<Taken> taken) {
        promise.set_value(std::move(taken));
    });
    auto taken = promise.get_future().get();
    EXPECT_TRUE(taken) << taken.error().detail;
    return taken.value_or(Taken{});
}

class QuotaSuite : public testing::TestWithParam<MakeWorld> {
  protected:
    std::unique_ptr<World> world_ = GetParam()();
    Quota& quota_ = world_->quota();
};

INSTANTIATE_TEST_SUITE_P(
    Quotas,
    QuotaSuite,
    testing::Values(
        [] { return std::unique_ptr<World>(std::make_unique<MemoryWorld>()); },
        [] { return std::unique_ptr<World>(std::make_unique<RedisWorld>()); }
    )
);

TEST_P(QuotaSuite, GrantsUpToTheLimit) {
    const Policy policy{10, std::chrono::hours(1)};
    const Taken first = take(quota_, "a", policy, 1);
    EXPECT_EQ(first.granted, 1);
    EXPECT_EQ(first.remaining, 9);
    EXPECT_EQ(first.retry_after, 0);
    EXPECT_EQ(take(quota_, "a", policy, 7).granted, 7);
    const Taken last = take(quota_, "a", policy, 7);
    EXPECT_EQ(last.granted, 2);
    EXPECT_EQ(last.remaining, 0);
    const Taken none = take(quota_, "a", policy, 1);
    EXPECT_EQ(none.granted, 0);
    EXPECT_GT(none.retry_after, 300'000'000);
    EXPECT_LE(none.retry_after, 360'000'000);
    EXPECT_LE(none.reset, 3'600'000'000);
    EXPECT_EQ(take(quota_, "b", policy, 1).granted, 1) << "another client";
}

TEST_P(QuotaSuite, IsExactUnderManyAtOnce) {
    const Policy policy{100, std::chrono::hours(1)};
    std::atomic<int> granted{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) granted += take(quota_, "a", policy, 1).granted;
            });
    }
    EXPECT_EQ(granted, 100);
}

TEST_P(QuotaSuite, GrowsAgain) {
    const Policy policy{2, std::chrono::seconds(1)};
    EXPECT_EQ(take(quota_, "a", policy, 2).granted, 2);
    EXPECT_TRUE(eventually([&] { return take(quota_, "a", policy, 1).granted == 1; }));
}

TEST(RedisQuota, SaysWhenRedisIsAway) {
    Metrics metrics;
    redis::Client client({.address = redis::parse_address("redis://127.0.0.1:1").value()}, metrics);
    const auto quota = make_redis_quota(client);
    EXPECT_FALSE(quota->available());
    bool failed = false;
    quota->take("a", {1, 1s}, 1, [&](const Result<Taken>& taken) { failed = !taken; });
    EXPECT_TRUE(failed);
}

TEST(RedisQuota, SurvivesWhatSomebodyElseWrote) {
    RedisWorld world;
    const Policy policy{5, std::chrono::hours(1)};
    std::promise<void> written;
    world.client.send({"SET", "reelshare:limit:a", "99999999999999999999"}, {}, [&](const auto&) {
        written.set_value();
    });
    written.get_future().get();
    EXPECT_EQ(take(world.quota(), "a", policy, 1).granted, 1);
}

}  // namespace
}  // namespace reelshare::limits
