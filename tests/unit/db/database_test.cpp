// What every database behind the port does alike.

#include "database_fixture.hpp"
#include "db/migrate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::db {
namespace {

class Port : public DatabaseFixture {
  protected:
    void SetUp() override {
        DatabaseFixture::SetUp();
        ASSERT_TRUE(run("CREATE TABLE t (id BIGINT, name TEXT UNIQUE, x DOUBLE PRECISION)"));
    }
};
INSTANTIATE_TEST_SUITE_P(Database, Port, kBoth, name_of);

TEST_P(Port, ValuesComeBackTyped) {
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

TEST_P(Port, AConstraintIsAConflict) {
    ASSERT_TRUE(run("INSERT INTO t (name) VALUES ('a')"));
    const auto again = run("INSERT INTO t (name) VALUES ('a')");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
    const auto wrong = run("INSERT INTO nowhere VALUES (1)");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::internal);
}

TEST_P(Port, ReadersCannotWrite) {
    EXPECT_FALSE(ask("INSERT INTO t (name) VALUES ('a')"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_P(Port, ATransactionIsAllOrNothing) {
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

TEST_P(Port, AFailedStatementDoesNotPoisonItsNeighbours) {
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

TEST_P(Port, WhatWasAcknowledgedIsSeenByTheNextReadAndAfterReopening) {
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(run("INSERT INTO t (name) VALUES ($1)", {std::to_string(i)}));
        ASSERT_EQ(number("SELECT COUNT(*) FROM t"), i + 1);
    }
    open();
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 50);
}

TEST_P(Port, NowIsTheDatabasesClockInMilliseconds) {
    ASSERT_TRUE(run_task(migrate(*database_, {})));
    const std::int64_t now = number("SELECT now_ms()");
    EXPECT_GT(now, 1'700'000'000'000);
    EXPECT_LT(now, 4'000'000'000'000);
}

TEST_P(Port, NullsAndSumsAndTruthsKeepTheirTypes) {
    ASSERT_TRUE(run("INSERT INTO t (id, name) VALUES ($1, $2)", {std::monostate(), "a"}));
    ASSERT_TRUE(run("INSERT INTO t (id, x) VALUES ($1, $2)", {std::int64_t{1} << 40, 0.1}));
    ASSERT_TRUE(run("INSERT INTO t (id, x) VALUES ($1, $2)", {std::int64_t{2}, std::monostate()}));
    const auto rows = ask("SELECT SUM(id), COUNT(*), EXISTS (SELECT 1 FROM t), MAX(x) FROM t");
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->front().integer(0), (std::int64_t{1} << 40) + 2);
    EXPECT_EQ(rows->front().integer(1), 3);
    EXPECT_TRUE(rows->front().flag(2));
    EXPECT_DOUBLE_EQ(rows->front().real(3), 0.1);
    EXPECT_EQ(number("SELECT id FROM t WHERE name = 'a' AND id IS NULL"), 0);
    EXPECT_EQ(rows->affected, 0);
}

TEST_P(Port, OnConflictAndReturningTellWhatHappened) {
    const char* put =
        "INSERT INTO t (id, name) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET id = "
        "excluded.id WHERE t.id < excluded.id RETURNING id";
    EXPECT_EQ(run(put, {std::int64_t{1}, "a"})->size(), 1U);
    EXPECT_EQ(run(put, {std::int64_t{5}, "a"})->front().integer(0), 5);
    EXPECT_TRUE(run(put, {std::int64_t{3}, "a"})->empty());
    EXPECT_EQ(run("DELETE FROM t WHERE name = $1", {"a"})->affected, 1);
    EXPECT_EQ(run("DELETE FROM t WHERE name = $1", {"a"})->affected, 0);
}

TEST_P(Port, ARelaxedWriteIsSeenLikeAnyOther) {
    ASSERT_TRUE(
        run_task(database_->execute("INSERT INTO t (name) VALUES ('a')", {}, Durability::relaxed))
    );
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 1);
    const auto stale = run_task(database_->query_stale("SELECT COUNT(*) FROM t"));
    ASSERT_TRUE(stale);
    EXPECT_EQ(stale->front().integer(0), 1);
}

TEST_P(Port, ManyCallsAtOnceAreAllAnswered) {
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            asio::io_context loop(1);
            for (int i = 0; i < 100; ++i)
                spawn(loop.get_executor(), "call", [&]() -> Task<void> {
                    const auto rows = co_await database_->query("SELECT 1");
                    if (rows && rows->front().integer(0) == 1) ++good;
                });
            loop.run();
        });
    threads.clear();
    EXPECT_EQ(good, 400);
}

TEST_P(Port, ListenersHearWhatCommitsAndNothingElse) {
    std::mutex mutex;
    std::condition_variable heard;
    std::vector<std::string> payloads;
    database_->listen("news", [&](std::string_view payload) {
        if (payload.empty()) return;  // It may have missed something.
        const std::lock_guard lock(mutex);
        payloads.emplace_back(payload);
        heard.notify_all();
    });
    const auto tell = [&](std::string payload, bool commits) {
        return run_task(
            database_->transaction<int>([&, payload](Transaction& tx) -> Task<Result<int>> {
                auto told = co_await tx.notify("news", payload);
                if (!told) co_return std::unexpected(told.error());
                if (!commits) co_return fail(Errc::invalid, "no");
                co_return 1;
            })
        );
    };
    EXPECT_FALSE(tell("lost", false));
    // PostgreSQL's listener may still be on its way: what it cannot hear yet is told again.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::unique_lock lock(mutex);
    while (payloads.empty() && std::chrono::steady_clock::now() < give_up) {
        lock.unlock();
        EXPECT_TRUE(tell("kept", true));
        lock.lock();
        heard.wait_for(lock, std::chrono::milliseconds(50));
    }
    EXPECT_THAT(payloads, testing::Contains("kept"));
    EXPECT_THAT(payloads, testing::Not(testing::Contains("lost")));
}

/// Can destroy what it runs where it stands and yet stay: the database's threads may hold an
/// executor of it for a moment longer.
class Abandoned : public asio::io_context {
  public:
    Abandoned() : asio::io_context(1) {}
    using asio::io_context::shutdown;
};

TEST_P(Port, AbandonedInTheMiddleATransactionLeavesNothing) {
    static auto& loops = *new std::deque<Abandoned>;
    {
        Abandoned& loop = loops.emplace_back();
        bool inserted = false;
        spawn(loop.get_executor(), "abandoned", [&]() -> Task<void> {
            auto done =
                co_await database_->transaction<int>([&](Transaction& tx) -> Task<Result<int>> {
                    auto rows = co_await tx.query("INSERT INTO t (name) VALUES ('a')");
                    if (!rows) co_return std::unexpected(rows.error());
                    inserted = true;
                    const bool woken = co_await sleep_for(std::chrono::hours(1));
                    co_return woken ? 1 : 0;
                });
            (void)done;
        });
        while (!inserted) loop.run_one_for(std::chrono::seconds(1));
        loop.shutdown();
    }
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
    EXPECT_TRUE(run("INSERT INTO t (name) VALUES ('a')"));
}

}  // namespace
}  // namespace reelshare::db
