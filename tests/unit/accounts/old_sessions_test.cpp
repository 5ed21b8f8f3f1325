#include "accounts/old_sessions.hpp"

#include "base/id.hpp"
#include "base/metrics.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::accounts {
namespace {

constexpr std::int64_t kDay = 86'400'000;

class OldSessionsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        auto opened = db::open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        sql("INSERT INTO users (id, name, email, password_hash, created_at, updated_at) VALUES "
            "('u', 'Ada', 'a@example.org', 'x', 1, 1)",
            {});
    }
    void TearDown() override {
        database_.reset();
        std::filesystem::remove_all(folder_);
    }
    void sql(std::string text, db::Params params) {
        auto done = run_task(database_->execute(std::move(text), std::move(params)));
        EXPECT_TRUE(done) << done.error().detail;
    }
    void add(const std::string& id, std::int64_t ends_in, db::Value revoked_at = {}) {
        sql("INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_seen_at, "
            "expires_at, revoked_at) VALUES ($1, 'u', 'h', 1, 1, now_ms() + $2, $3)",
            {id, ends_in, std::move(revoked_at)});
    }
    std::vector<std::string> left() {
        auto rows = run_task(database_->query("SELECT id FROM sessions ORDER BY id"));
        std::vector<std::string> ids;
        for (const db::Row& row : *rows) ids.push_back(row.text(0));
        return ids;
    }

    Metrics metrics_;
    BlockingExecutor executor_{2, 64};
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("reelshare-sessions-" + new_id());
    std::unique_ptr<db::Database> database_;
};

TEST_F(OldSessionsTest, GoADayAfterTheirEnd) {
    add("a live", kDay);
    add("b just over", -kDay / 2);
    add("c long over", -kDay - 1000);
    add("d ended by hand", kDay, std::int64_t{5});
    add("e ended and over", -2 * kDay, std::int64_t{5});
    const auto forgotten = run_task(forget_old_sessions(*database_));
    ASSERT_TRUE(forgotten);
    EXPECT_EQ(*forgotten, 2);
    EXPECT_THAT(left(), testing::ElementsAre("a live", "b just over", "d ended by hand"));
}

}  // namespace
}  // namespace reelshare::accounts
