#include "importing/names.hpp"

#include "base/id.hpp"

#include <gtest/gtest.h>

namespace reelshare::importing {
namespace {

TEST(Names, AnIdOfATimeStandsWhereOneMadeThenWould) {
    constexpr UnixMillis kThen = 1'738'119'058'123;
    const std::string id = id_of_time(kThen);
    EXPECT_TRUE(is_id(id)) << id;
    EXPECT_EQ(id.substr(0, 15), "0194aff8-12cb-7") << id;
    EXPECT_LT(id_of_time(kThen - 1), id);
    EXPECT_GT(id_of_time(kThen + 1), id);
    EXPECT_LT(id, new_id());
    EXPECT_NE(id, id_of_time(kThen));
}

TEST(Names, TimesAreNeitherBeforeTheEpochNorInTheFuture) {
    EXPECT_EQ(sane_time(-5), 0);
    EXPECT_EQ(sane_time(1'000), 1'000);
    const UnixMillis now = now_ms();
    EXPECT_LE(sane_time(now + 86'400'000), now_ms());
    EXPECT_GE(sane_time(now + 86'400'000), now);
}

}  // namespace
}  // namespace reelshare::importing
