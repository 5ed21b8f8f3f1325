#include "database_fixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::db {
namespace {

class Sqlite : public DatabaseFixture {
  protected:
    void SetUp() override {
        DatabaseFixture::SetUp();
        ASSERT_TRUE(
            run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, x DOUBLE PRECISION) ")
        );
    }
};

TEST_F(Sqlite, ValuesComeBackTyped) {
    auto inserted =
        run("INSERT INTO t (id, name, x) VALUES ($1, $2, $3) RETURNING id, name, x",
            {std::int64_t{7}, std::string("a'b\n😀"), 1.5});
    ASSERT_TRUE(inserted);
    const Row& row = inserted->front();
    EXPECT_EQ(row.integer(0), 7);
    EXPECT_EQ(row.text(1), "a'b\n😀");
    EXPECT_DOUBLE_EQ(row.real(2), 1.5);
    ASSERT_TRUE(run("INSERT INTO t (id) VALUES (8)"));
    EXPECT_TRUE(ask("SELECT name FROM t WHERE id = $1", {std::int64_t{8}})->front().is_null(0));
    EXPECT_EQ(run("UPDATE t SET x = 2")->affected, 2);
}

TEST_F(Sqlite, AConstraintIsAConflict) {
    ASSERT_TRUE(run("INSERT INTO t (name) VALUES ('a')"));
    const auto again = run("INSERT INTO t (name) VALUES ('a')");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
    const auto wrong = run("INSERT INTO nowhere VALUES (1)");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::internal);
}

TEST_F(Sqlite, ReadersCannotWrite) {
    EXPECT_FALSE(ask("INSERT INTO t (name) VALUES ('a')"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_F(Sqlite, ATransactionIsAllOrNothing) {
    using Body = std::function<Task<Result<int>>(Transaction&)>;
    const Body fails = [](Transaction& tx) -> Task<Result<int>> {
        auto done = co_await tx.query("INSERT INTO t (name) VALUES ('a')");
        if (!done) co_return std::unexpected(done.error());
        co_return fail(Errc::invalid, "no");
    };
    EXPECT_FALSE(run_task(database_->transaction<int>(fails)));
    const Body throws = [](Transaction& tx) -> Task<Result<int>> {
        auto done = co_await tx.query("INSERT INTO t (name) VALUES ('b')");
        if (!done) co_return std::unexpected(done.error());
        throw std::runtime_error("bug");
    };
    EXPECT_ANY_THROW(run_task(database_->transaction<int>(throws)));
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
    const Body works = [](Transaction& tx) -> Task<Result<int>> {
        for (int i = 0; i < 3; ++i) {
            auto done = co_await tx.query("INSERT INTO t (name) VALUES ($1)", {std::to_string(i)});
            if (!done) co_return std::unexpected(done.error());
        }
        co_return 3;
    };
    EXPECT_EQ(run_task(database_->transaction<int>(works)).value_or(0), 3);
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 3);
}

TEST_F(Sqlite, AFailedStatementDoesNotPoisonItsNeighboursInTheGroupCommit) {
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                // Every fifth name is taken by another thread.
                const std::string name = i % 5 == 0 ? "same" + std::to_string(i)
                                                    : std::to_string(t) + "-" + std::to_string(i);
                (run("INSERT INTO t (name) VALUES ($1)", {name}) ? good : bad)++;
            }
        });
    threads.clear();
    EXPECT_EQ(good, 8 * 20 + 5);
    EXPECT_EQ(bad, 7 * 5);
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), good);
}

TEST_F(Sqlite, WhatWasAcknowledgedIsSeenByTheNextReadAndAfterReopening) {
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(run("INSERT INTO t (name) VALUES ($1)", {std::to_string(i)}));
        ASSERT_EQ(number("SELECT COUNT(*) FROM t"), i + 1);
    }
    open();
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 50);
}

TEST_F(Sqlite, ASecondProcessIsRefusedInWords) {
    auto second = open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_FALSE(second.error().message.empty());
}

TEST_F(Sqlite, NowIsTheDatabasesClockInMilliseconds) {
    const std::int64_t now = number("SELECT now_ms()");
    EXPECT_GT(now, 1'700'000'000'000);
    EXPECT_LT(now, 4'000'000'000'000);
}

}  // namespace
}  // namespace reelshare::db
