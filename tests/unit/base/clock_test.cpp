#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace reelshare {
namespace {

TEST(Clock, Rfc3339HasMilliseconds) {
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339(1'700'000'000'007), "2023-11-14T22:13:20.007Z");
}

TEST(Clock, HttpDateIsTheExampleOfRfc9110) {
    EXPECT_EQ(http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace reelshare
