// What PostgreSQL's driver has to itself: limits, lost connections, a pooler in between.

#include "db/postgres.hpp"

#include "db/migrate.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::db {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class PostgresTest : public testing::Test {
  protected:
    void SetUp() override { options_.url = PostgresServer::get().new_database(); }

    void open() {
        auto opened = open_postgres(options_, metrics_);
        ASSERT_TRUE(opened) << opened.error().message;
        database_ = std::move(*opened);
        ASSERT_TRUE(run("CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY, n BIGINT)"));
    }
    Result<Rows> run(std::string sql, Params params = {}) {
        return run_task(database_->execute(std::move(sql), std::move(params)));
    }
    Result<Rows> ask(std::string sql, Params params = {}) {
        return run_task(database_->query(std::move(sql), std::move(params)));
    }
    std::int64_t number(std::string sql) { return ask(std::move(sql))->front().integer(0); }
    /// Everybody's but its own session.
    static void cut_all() {
        PostgresServer::get().sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
            "'reelshare'"
        );
    }

    Metrics metrics_;
    PostgresOptions options_;
    std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, AnAddressThatIsNoneIsRefusedInWords) {
    const auto opened =
        open_postgres({.url = "postgresql://me:geheim@host/db?nonsense=1"}, metrics_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::invalid);
    EXPECT_THAT(opened.error().message, testing::HasSubstr("postgresql://user:password@host"));
    EXPECT_THAT(opened.error().message, testing::Not(testing::HasSubstr("geheim")));
}

TEST_F(PostgresTest, ManyStatementsAreUnderWayOnOneConnection) {
    options_.connections_per_loop = 1;
    open();
    asio::io_context loop(1);
    int good = 0;
    for (int i = 0; i < 300; ++i)
        spawn(loop.get_executor(), "call", [&, i]() -> Task<void> {
            auto rows = co_await database_->query("SELECT CAST($1 AS BIGINT)", {std::int64_t{i}});
            if (rows && rows->front().integer(0) == i) ++good;
        });
    loop.run();
    EXPECT_EQ(good, 300);
}

TEST_F(PostgresTest, AStatementThatTakesTooLongIsEndedAndItsConnectionKept) {
    options_.statement_limit = 200ms;
    open();
    const std::int64_t before = number("SELECT pg_backend_pid()");
    const auto slow = ask("SELECT pg_sleep(30)");
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().code, Errc::unavailable);
    EXPECT_GT(slow.error().retry_after_s, 0);
    EXPECT_EQ(number("SELECT pg_backend_pid()"), before);
}

TEST_F(PostgresTest, ACallThatIsNotAnsweredIsGivenUp) {
    options_.statement_limit = 60s;
    options_.call_limit = 300ms;
    open();
    const auto start = Clock::now();
    const auto slow = ask("SELECT pg_sleep(30)");
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().code, Errc::unavailable);
    EXPECT_LT(Clock::now() - start, 10s);
    EXPECT_TRUE(ask("SELECT 1"));
}

TEST_F(PostgresTest, AWaitForALockEnds) {
    options_.lock_limit = 200ms;
    open();
    ASSERT_TRUE(run("INSERT INTO t VALUES (1, 0)"));
    const auto outcome =
        run_task(database_->transaction<int>([&](Transaction& tx) -> Task<Result<int>> {
            auto locked = co_await tx.query("UPDATE t SET n = 1 WHERE id = 1");
            if (!locked) co_return std::unexpected(locked.error());
            auto other = co_await database_->execute("UPDATE t SET n = 2 WHERE id = 1");
            co_return other ? 0 : static_cast<int>(other.error().code);
        }));
    EXPECT_EQ(outcome.value_or(-1), static_cast<int>(Errc::unavailable));
}

TEST_F(PostgresTest, ConnectionsThatWereCutAreReplaced) {
    open();
    for (int i = 0; i < 5; ++i) {
        cut_all();
        EXPECT_TRUE(ask("SELECT 1"));
        EXPECT_TRUE(run("INSERT INTO t VALUES ($1, 0)", {std::int64_t{i}}));
    }
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 5);
}

TEST_F(PostgresTest, AReadThatWasCutIsAskedAgain) {
    open();
    std::jthread cutter([] {
        std::this_thread::sleep_for(200ms);
        cut_all();
    });
    EXPECT_TRUE(ask("SELECT pg_sleep(0.5)"));
}

TEST_F(PostgresTest, ATransactionThatWasCutIsAnErrorAndLeavesNothing) {
    open();
    const auto outcome =
        run_task(database_->transaction<int>([&](Transaction& tx) -> Task<Result<int>> {
            auto first = co_await tx.query("INSERT INTO t VALUES (1, 0)");
            if (!first) co_return std::unexpected(first.error());
            cut_all();
            auto second = co_await tx.query("INSERT INTO t VALUES (2, 0)");
            if (!second) co_return std::unexpected(second.error());
            co_return 1;
        }));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::unavailable);
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 0);
}

TEST_F(PostgresTest, TransactionsThatBlockEachOtherAreRunAgain) {
    options_.lock_limit = 30s;
    options_.call_limit = 30s;
    options_.statement_limit = 30s;
    open();
    ASSERT_TRUE(run("INSERT INTO t VALUES (1, 0), (2, 0)"));
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 3; ++i) {
                const std::int64_t first = t == 0 ? 1 : 2;
                const auto done =
                    run_task(database_->transaction<int>([&](Transaction& tx) -> Task<Result<int>> {
                        const char* add = "UPDATE t SET n = n + 1 WHERE id = $1";
                        auto one = co_await tx.query(add, {first});
                        if (!one) co_return std::unexpected(one.error());
                        const bool woken = co_await sleep_for(50ms);
                        auto two = co_await tx.query(add, {3 - first});
                        if (!two) co_return std::unexpected(two.error());
                        co_return woken ? 1 : 0;
                    }));
                if (done) ++good;
            }
        });
    threads.clear();
    EXPECT_EQ(good, 6);
    EXPECT_EQ(number("SELECT n FROM t WHERE id = 1"), 6);
}

TEST_F(PostgresTest, AStatementThatFailedIsNotCommittedAround) {
    open();
    ASSERT_TRUE(run("INSERT INTO t VALUES (1, 0)"));
    const auto outcome =
        run_task(database_->transaction<int>([&](Transaction& tx) -> Task<Result<int>> {
            auto first = co_await tx.query("INSERT INTO t VALUES (2, 0)");
            if (!first) co_return std::unexpected(first.error());
            auto again = co_await tx.query("INSERT INTO t VALUES (1, 0)");
            co_return again ? 0 : 1;  // Goes on as if nothing were wrong.
        }));
    EXPECT_FALSE(outcome);
    EXPECT_EQ(number("SELECT COUNT(*) FROM t"), 1);
}

TEST_F(PostgresTest, BehindAPoolerNothingBelongsToTheSession) {
    options_.pooler = true;
    open();
    EXPECT_EQ(number("SELECT COUNT(*) FROM pg_prepared_statements"), 0);
    EXPECT_EQ(ask("SHOW statement_timeout").has_value(), false);  // Not a read of ours.
    const auto limit = run_task(
        database_->transaction<std::string>([](Transaction& tx) -> Task<Result<std::string>> {
            auto rows = co_await tx.query("SELECT current_setting('lock_timeout')");
            if (!rows) co_return std::unexpected(rows.error());
            co_return rows->front().text(0);
        })
    );
    EXPECT_EQ(limit.value_or(""), "800ms");
    EXPECT_EQ(ask("SELECT current_setting('lock_timeout')")->front().text(0), "0");
}

TEST_F(PostgresTest, WithoutAServerEveryCallIsRefusedInTime) {
    options_.url = "postgresql://postgres@127.0.0.1:1/none";
    auto opened = open_postgres(options_, metrics_);
    ASSERT_TRUE(opened);
    database_ = std::move(*opened);
    const auto start = Clock::now();
    const auto read = ask("SELECT 1");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::unavailable);
    EXPECT_FALSE(run("DELETE FROM t"));
    EXPECT_LT(Clock::now() - start, 10s);
}

TEST_F(PostgresTest, TheReplicaIsAskedAndThePrimaryWhereItIsGone) {
    options_.replica_url = PostgresServer::get().new_database();
    open();
    const auto from = run_task(database_->query_stale("SELECT current_database()"));
    ASSERT_TRUE(from);
    EXPECT_TRUE(options_.replica_url.ends_with(from->front().text(0)));
    database_.reset();
    options_.replica_url = "postgresql://postgres@127.0.0.1:1/none";
    open();
    const auto instead = run_task(database_->query_stale("SELECT current_database()"));
    ASSERT_TRUE(instead);
    EXPECT_TRUE(options_.url.ends_with(instead->front().text(0)));
}

TEST_F(PostgresTest, NulInATextIsTheCallersMistake) {
    open();
    const auto found = ask("SELECT $1", {std::string("a\0b", 3)});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::invalid);
}

}  // namespace
}  // namespace reelshare::db
