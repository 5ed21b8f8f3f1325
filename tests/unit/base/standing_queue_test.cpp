#include "base/standing_queue.hpp"

#include <gtest/gtest.h>

namespace reelshare {
namespace {

using std::chrono::milliseconds;

class StandingQueueTest : public testing::Test {
  protected:
    /// One goes, another comes: the queue is never empty.
    void left(int wait_ms) {
        queue_.entered();
        queue_.left(milliseconds(wait_ms), now_);
    }
    void pass(int ms) { now_ += milliseconds(ms); }
    [[nodiscard]] bool stands() const { return queue_.stands(now_); }

    StandingQueue queue_{{.target = milliseconds(25), .interval = milliseconds(100)}};
    StandingQueue::Clock::time_point now_{milliseconds(1'000'000)};
};

TEST_F(StandingQueueTest, DoesNotStandBeforeAnythingWasInIt) {
    EXPECT_FALSE(stands());
}

TEST_F(StandingQueueTest, ShortWaitsAreNoFaultHoweverLong) {
    queue_.entered();
    for (int i = 0; i < 100; ++i, pass(10)) left(25);
    EXPECT_FALSE(stands());
}

TEST_F(StandingQueueTest, ABurstThatDrainsWithinTheIntervalIsNoFault) {
    queue_.entered();
    for (int i = 0; i < 9; ++i, pass(10)) left(90 - 10 * i);
    EXPECT_FALSE(stands());
    left(3);
    pass(1'000);
    EXPECT_FALSE(stands());
}

TEST_F(StandingQueueTest, StandsWhereAllWaitedTooLongForAWholeInterval) {
    queue_.entered();
    left(26);
    pass(99);
    left(40);
    EXPECT_FALSE(stands());
    pass(1);
    EXPECT_TRUE(stands());
}

TEST_F(StandingQueueTest, OneThatGotThroughInTimeEndsIt) {
    queue_.entered();
    left(200);
    pass(150);
    ASSERT_TRUE(stands());
    left(25);
    EXPECT_FALSE(stands());
    // And a whole interval must pass anew.
    left(200);
    pass(99);
    EXPECT_FALSE(stands());
}

TEST_F(StandingQueueTest, AnEmptyOneDoesNotStandHoweverLateItsLastWas) {
    queue_.entered();
    left(200);
    pass(150);
    ASSERT_TRUE(stands());
    queue_.left(milliseconds(300), now_);
    EXPECT_FALSE(stands());
    queue_.entered();
    EXPECT_FALSE(stands());
}

}  // namespace
}  // namespace reelshare
