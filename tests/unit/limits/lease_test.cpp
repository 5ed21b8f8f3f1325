#include "limits/lease.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace reelshare::limits {
namespace {

constexpr Micros kSecond = 1'000'000;
constexpr Policy kPolicy{100, std::chrono::seconds(100)};

/// Nodes that share one quota, whose answers come `delay` requests later.
struct Crowd {
    explicit Crowd(std::size_t nodes) : leases(nodes), asked(nodes, 0) {}

    bool request(std::size_t node, Micros now) {
        const Decision decision = leases[node].spend(kPolicy, now, shared);
        if (decision.ask > 0) asked[node] = decision.ask;
        if (decision.allowed) ++allowed;
        return decision.allowed;
    }
    void answer(std::size_t node, Micros now) {
        if (asked[node] == 0) return;
        ++round_trips;
        leases[node].granted(kPolicy, now, take(kPolicy, whole_at, now, asked[node]));
        asked[node] = 0;
    }

    std::vector<Lease> leases;
    std::vector<int> asked;
    Micros whole_at = 0;
    bool shared = true;
    int allowed = 0;
    int round_trips = 0;
};

TEST(Lease, TheNodesTogetherHoldTheLimit) {
    Crowd crowd(4);
    Micros now = 1000 * kSecond;
    for (int i = 0; i < 4000; ++i) {
        now += 1000;
        const std::size_t node = static_cast<std::size_t>(i) % 4;
        crowd.request(node, now);
        crowd.answer(node, now);
    }
    // 100 at once, 4 that grew again, and what the nodes let through before they knew.
    EXPECT_GE(crowd.allowed, 96);
    EXPECT_LE(crowd.allowed, 120);
}

TEST(Lease, SlowAnswersLetThroughABoundedPartMore) {
    Crowd crowd(2);
    Micros now = 1000 * kSecond;
    for (int i = 0; i < 1000; ++i) {
        now += 100;
        crowd.request(0, now);
        crowd.request(1, now);
        if (i % 20 == 19) {
            crowd.answer(0, now);
            crowd.answer(1, now);
        }
    }
    EXPECT_LE(crowd.allowed, 160);
}

TEST(Lease, WithoutTheSharedQuotaEachNodeHoldsTheLimit) {
    Crowd crowd(2);
    crowd.shared = false;
    for (int i = 0; i < 1000; ++i) {
        crowd.request(0, kSecond);
        crowd.request(1, kSecond);
    }
    EXPECT_EQ(crowd.allowed, 200);
    EXPECT_EQ(crowd.round_trips, 0);
}

TEST(Lease, AQuickClientCostsFewRoundTrips) {
    constexpr Policy kGenerous{10'000, std::chrono::seconds(60)};
    Lease lease;
    Micros whole_at = 0;
    int round_trips = 0;
    for (int i = 0; i < 5000; ++i) {
        const Micros now = 1000 * kSecond + i * 100;
        const Decision decision = lease.spend(kGenerous, now, true);
        ASSERT_TRUE(decision.allowed);
        if (decision.ask == 0) continue;
        ++round_trips;
        lease.granted(kGenerous, now, take(kGenerous, whole_at, now, decision.ask));
    }
    EXPECT_LT(round_trips, 250);
}

TEST(Lease, TellsWhatIsLeftOfTheSharedQuota) {
    Crowd crowd(2);
    const Micros now = 1000 * kSecond;
    for (int i = 0; i < 40; ++i) {
        crowd.request(0, now);
        crowd.answer(0, now);
    }
    crowd.request(1, now);
    crowd.answer(1, now);
    const Decision decision = crowd.leases[1].spend(kPolicy, now, true);
    EXPECT_LE(decision.remaining, 58);
    EXPECT_GE(decision.remaining, 40);
}

TEST(Lease, AFailedQuestionIsAskedAgain) {
    Lease lease;
    EXPECT_GT(lease.spend(kPolicy, kSecond, true).ask, 0);
    EXPECT_EQ(lease.spend(kPolicy, kSecond, true).ask, 0) << "one question at a time";
    lease.failed();
    EXPECT_GT(lease.spend(kPolicy, kSecond, true).ask, 0);
}

TEST(Lease, AnUnansweredQuestionDoesNotLetEverythingThrough) {
    Lease lease;
    int allowed = 0;
    for (int i = 0; i < 100; ++i)
        if (lease.spend(kPolicy, kSecond, true).allowed) ++allowed;
    EXPECT_LE(allowed, 25);
}

}  // namespace
}  // namespace reelshare::limits
