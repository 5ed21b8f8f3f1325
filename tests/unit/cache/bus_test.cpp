#include "cache/bus.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace reelshare::cache {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::string> next(Subscription& subscription, std::chrono::milliseconds patience) {
    return run_task(subscription.next(Clock::now() + patience));
}

TEST(Bus, GivesMessagesOfItsTopicInOrder) {
    auto bus = make_memory_bus();
    auto subscription = bus->subscribe("a");
    bus->publish("a", "1");
    bus->publish("b", "x");
    bus->publish("a", "2");
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "1");
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "2");
    EXPECT_EQ(next(*subscription, std::chrono::milliseconds(1)), std::nullopt);
}

TEST(Bus, WakesAWaiterFromAnotherThread) {
    auto bus = make_memory_bus();
    auto subscription = bus->subscribe("a");
    std::jthread publisher([&] { bus->publish("a", "hello"); });
    EXPECT_EQ(next(*subscription, std::chrono::seconds(10)), "hello");
}

TEST(Bus, ASlowListenerLosesTheOldest) {
    auto bus = make_memory_bus();
    auto subscription = bus->subscribe("a");
    for (int i = 0; i < 100; ++i) bus->publish("a", std::to_string(i));
    EXPECT_EQ(next(*subscription, std::chrono::seconds(5)), "36");
}

TEST(Bus, ListenersAreCalledBeforePublishReturns) {
    auto bus = make_memory_bus();
    std::string heard;
    bus->listen("drop", [&](std::string_view tag) { heard = tag; });
    bus->publish("drop", "feed");
    EXPECT_EQ(heard, "feed");
}

}  // namespace
}  // namespace reelshare::cache
