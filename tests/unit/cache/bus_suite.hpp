#pragma once
// What every bus must do, whatever is behind it. A test program instantiates `BusSuite` with a
// function that makes one.

#include "cache/bus.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace reelshare::cache {

using MakeBus = std::function<std::unique_ptr<Bus>()>;

inline std::optional<std::string> next(
    Subscription& subscription, std::chrono::milliseconds patience
) {
    return run_task(subscription.next(std::chrono::steady_clock::now() + patience));
}

class BusSuite : public testing::TestWithParam<MakeBus> {
  protected:
    std::unique_ptr<Bus> bus = GetParam()();
};

TEST_P(BusSuite, GivesMessagesOfItsTopicInOrderAndOnce) {
    auto subscription = bus->subscribe("a");
    bus->publish("a", "1");
    bus->publish("b", "x");
    bus->publish("a", "2");
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "1");
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "2");
    EXPECT_EQ(next(*subscription, std::chrono::milliseconds(100)), std::nullopt);
}

TEST_P(BusSuite, WakesAWaiterFromAnotherThread) {
    auto subscription = bus->subscribe("a");
    std::jthread publisher([&] { bus->publish("a", "hello"); });
    EXPECT_EQ(next(*subscription, std::chrono::seconds(10)), "hello");
}

TEST_P(BusSuite, ASlowListenerLosesTheOldest) {
    auto subscription = bus->subscribe("a");
    for (int i = 0; i < 100; ++i) bus->publish("a", std::to_string(i));
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "36");
}

TEST_P(BusSuite, ListenersAreCalledBeforePublishReturns) {
    std::string heard;
    bus->listen("drop", [&](std::string_view tag) { heard = tag; });
    bus->publish("drop", "feed");
    EXPECT_EQ(heard, "feed");
}

TEST_P(BusSuite, AnEndedSubscriptionIsForgotten) {
    auto kept = bus->subscribe("a");
    bus->subscribe("a").reset();
    bus->publish("a", "still");
    EXPECT_EQ(next(*kept, std::chrono::seconds(5)), "still");
}

}  // namespace reelshare::cache
