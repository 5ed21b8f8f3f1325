#include "accounts/throttle.hpp"

#include <gtest/gtest.h>

namespace reelshare::accounts {
namespace {

using namespace std::chrono_literals;

TEST(LoginThrottle, LetsTheFirstFailuresPassAndThenDelaysLongerAndLonger) {
    LoginThrottle throttle;
    const auto now = LoginThrottle::Clock::now();
    for (int i = 0; i < LoginThrottle::kFreePerAccount; ++i) {
        EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now), 0s);
        throttle.failed("a@b.c", "1.1.1.1", now);
    }
    EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now), 1s);
    EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now + 1s), 0s);
    throttle.failed("a@b.c", "1.1.1.1", now + 1s);
    EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now + 1s), 2s);
}

TEST(LoginThrottle, NeverDelaysMoreThanAMinute) {
    LoginThrottle throttle;
    const auto now = LoginThrottle::Clock::now();
    for (int i = 0; i < 1000; ++i) throttle.failed("a@b.c", "1.1.1.1", now);
    EXPECT_LE(throttle.wait("a@b.c", "1.1.1.1", now), LoginThrottle::kMaxDelay);
}

TEST(LoginThrottle, AnotherAddressIsNotLockedOut) {
    LoginThrottle throttle;
    const auto now = LoginThrottle::Clock::now();
    for (int i = 0; i < 1000; ++i) throttle.failed("a@b.c", "1.1.1.1", now);
    EXPECT_EQ(throttle.wait("a@b.c", "2.2.2.2", now), 0s);
}

TEST(LoginThrottle, AnAddressThatTriesManyAccountsIsDelayed) {
    LoginThrottle throttle;
    const auto now = LoginThrottle::Clock::now();
    for (int i = 0; i <= LoginThrottle::kFreePerAddress; ++i)
        throttle.failed("user" + std::to_string(i) + "@b.c", "1.1.1.1", now);
    EXPECT_GT(throttle.wait("new@b.c", "1.1.1.1", now), 0s);
}

TEST(LoginThrottle, ForgetsAfterAQuietWhileAndAfterSuccess) {
    LoginThrottle throttle;
    const auto now = LoginThrottle::Clock::now();
    for (int i = 0; i < 8; ++i) throttle.failed("a@b.c", "1.1.1.1", now);
    EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now + LoginThrottle::kForget + 1s), 0s);
    throttle.succeeded("a@b.c", "1.1.1.1");
    EXPECT_EQ(throttle.wait("a@b.c", "1.1.1.1", now), 0s);
}

}  // namespace
}  // namespace reelshare::accounts
