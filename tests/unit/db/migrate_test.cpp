#include "db/migrate.hpp"

#include "database_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace reelshare::db {
namespace {

class Migrate : public DatabaseFixture {};
INSTANTIATE_TEST_SUITE_P(Database, Migrate, kBoth, name_of);

constexpr std::array<Migration, 2> kTwo = {{
    {1, "one", "CREATE TABLE a (id INTEGER);\n"},
    {2, "two", "-- why\nCREATE TABLE b (id INTEGER);\nINSERT INTO b VALUES (5);\n"},
}};
constexpr std::array<Migration, 2> kBroken = {{
    kTwo[0],
    {2, "two", "CREATE TABLE b (id INTEGER);\nINSERT INTO nowhere VALUES (5);\n"},
}};
constexpr std::array<Migration, 2> kBreak = {{
    kTwo[0],
    {2, "two", "DROP TABLE a;\nINSERT INTO schema_breaks (version) VALUES (2);\n"},
}};
constexpr std::array<Migration, 2> kChanged = {{{1, "one", "CREATE TABLE a (id TEXT);\n"}, kTwo[1]}
};

TEST_P(Migrate, RunsEachOnce) {
    EXPECT_EQ(run_task(migrate(*database_, kTwo)).value_or(-1), 2);
    EXPECT_EQ(run_task(migrate(*database_, kTwo)).value_or(-1), 0);
    EXPECT_EQ(number("SELECT id FROM b"), 5);
}

TEST_P(Migrate, OneThatFailsLeavesNothingOfItself) {
    EXPECT_FALSE(run_task(migrate(*database_, kBroken)));
    EXPECT_EQ(number("SELECT COUNT(*) FROM a"), 0);
    EXPECT_FALSE(ask("SELECT COUNT(*) FROM b"));
    EXPECT_EQ(run_task(migrate(*database_, kTwo)).value_or(-1), 1);
}

TEST_P(Migrate, TheVersionBeforeWorksOnTheNewSchema) {
    ASSERT_TRUE(run_task(migrate(*database_, kTwo)));
    EXPECT_EQ(run_task(migrate(*database_, std::span(kTwo).first(1))).value_or(-1), 0);
    EXPECT_EQ(run_task(migrate(*database_, kTwo)).value_or(-1), 0);
}

TEST_P(Migrate, NotAfterAChangeThatBreaksWithIt) {
    ASSERT_TRUE(run_task(migrate(*database_, kBreak)));
    const auto older = run_task(migrate(*database_, std::span(kBreak).first(1)));
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code, Errc::invalid);
    EXPECT_EQ(run_task(migrate(*database_, kBreak)).value_or(-1), 0);
}

TEST_P(Migrate, AnotherDatabaseIsRefused) {
    ASSERT_TRUE(run_task(migrate(*database_, kTwo)));
    EXPECT_FALSE(run_task(migrate(*database_, kChanged)));
}

TEST_P(Migrate, ThisProgramsOwnRunOnAnEmptyDatabase) {
    const auto done = run_task(migrate(*database_));
    EXPECT_EQ(done.value_or(-1), static_cast<int>(migrations().size()));
    EXPECT_EQ(number("SELECT COUNT(*) FROM videos"), 0);
}

TEST_P(Migrate, NodesThatStartAtOnceMakeEachChangeOnce) {
    std::atomic<int> made{0};
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 4; ++i)
        nodes.emplace_back([&] { made += run_task(migrate(*database_, kTwo)).value_or(-100); });
    nodes.clear();
    EXPECT_EQ(made, 2);
    EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST(SplitStatements, AtLinesThatEndInASemicolon) {
    EXPECT_THAT(
        split_statements("-- note\nCREATE TABLE a (\n  x TEXT -- ; inside\n);\n\nDROP TABLE b;\n"),
        testing::SizeIs(2)
    );
}

}  // namespace
}  // namespace reelshare::db
