#include "accounts/throttle.hpp"

#include <gtest/gtest.h>

namespace reelshare::accounts {
namespace {

using namespace std::chrono_literals;
using Attempt = LoginThrottle::Attempt;

const Attempt kGuess{"a@b.c", "1.1.1.1", ""};

class LoginThrottleTest : public testing::Test {
  protected:
    /// How many of `count` attempts, made at once, are looked at.
    int admitted(const Attempt& attempt, int count) {
        int looked_at = 0;
        for (int i = 0; i < count; ++i)
            if (throttle_.admit(attempt, now_) == 0s) ++looked_at;
        return looked_at;
    }

    LoginThrottle throttle_;
    LoginThrottle::Clock::time_point now_ = LoginThrottle::Clock::now();
};

TEST_F(LoginThrottleTest, LetsTheFirstFailuresPassAndThenDelaysLongerAndLonger) {
    EXPECT_EQ(admitted(kGuess, 100), LoginThrottle::kFreePerAccount);
    EXPECT_EQ(throttle_.admit(kGuess, now_), 1s);
    EXPECT_EQ(throttle_.admit(kGuess, now_ + 1s), 0s);
    EXPECT_EQ(throttle_.admit(kGuess, now_ + 1s), 2s);
}

TEST_F(LoginThrottleTest, NeverDelaysMoreThanAMinute) {
    auto now = now_;
    for (int i = 0; i < 100; ++i) {
        const auto wait = throttle_.admit(kGuess, now);
        EXPECT_LE(wait, LoginThrottle::kMaxDelay);
        now += wait;
    }
}

TEST_F(LoginThrottleTest, AThousandGuessesFromAThousandAddressesAreHardlyLookedAt) {
    int looked_at = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string address =
            "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
        looked_at += admitted({"a@b.c", address, ""}, 1);
    }
    EXPECT_LE(looked_at, 20);
}

TEST_F(LoginThrottleTest, TheOwnerOnAKnownDeviceIsNotLockedOut) {
    (void)admitted(kGuess, 1000);
    EXPECT_GT(throttle_.admit({"a@b.c", "2.2.2.2", ""}, now_), 0s);
    EXPECT_EQ(throttle_.admit({"a@b.c", "2.2.2.2", "device"}, now_), 0s);
    EXPECT_LE(admitted({"a@b.c", "2.2.2.2", "device"}, 1000), LoginThrottle::kFreePerAccount);
}

TEST_F(LoginThrottleTest, AnAddressThatTriesManyAccountsIsDelayed) {
    int looked_at = 0;
    for (int i = 0; i < 1000; ++i)
        looked_at += admitted({"user" + std::to_string(i) + "@b.c", "1.1.1.1", ""}, 1);
    EXPECT_EQ(looked_at, LoginThrottle::kFreePerAddress);
    EXPECT_GT(throttle_.admit({"new@b.c", "::ffff:1.1.1.1", ""}, now_), 0s);
    EXPECT_EQ(throttle_.admit({"new@b.c", "1.1.1.2", ""}, now_), 0s);
}

TEST_F(LoginThrottleTest, TheAddressesOfOneIpv6SubscriberCountAsOne) {
    int looked_at = 0;
    for (int i = 0; i < 100; ++i) {
        const std::string address = "2001:db8:1:2::" + std::to_string(i);
        looked_at += admitted({"user" + std::to_string(i) + "@b.c", address, ""}, 1);
    }
    EXPECT_EQ(looked_at, LoginThrottle::kFreePerAddress);
    EXPECT_EQ(throttle_.admit({"new@b.c", "2001:db8:1:3::1", ""}, now_), 0s);
}

TEST_F(LoginThrottleTest, SuccessAndAQuietWhileAreForgiven) {
    EXPECT_EQ(admitted(kGuess, 4), 4);
    throttle_.succeeded(kGuess);
    EXPECT_EQ(admitted(kGuess, 100), LoginThrottle::kFreePerAccount);
    now_ += LoginThrottle::kForget + 1s;
    EXPECT_EQ(admitted(kGuess, 100), LoginThrottle::kFreePerAccount);
}

TEST_F(LoginThrottleTest, WhatNobodyLookedAtDoesNotCount) {
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(throttle_.admit(kGuess, now_), 0s);
        throttle_.forgive(kGuess);
    }
}

}  // namespace
}  // namespace reelshare::accounts
