// What is forgotten by its age, in PostgreSQL; how it is chosen the features' own tests ask.

#include "accounts/old_sessions.hpp"
#include "base/metrics.hpp"
#include "db/migrate.hpp"
#include "db/postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"
#include "videos/view_history.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace reelshare::app {
namespace {

class OldRowsTest : public testing::Test {
  protected:
    void SetUp() override {
        auto opened = db::open_postgres(
            {.url = PostgresServer::get().new_database(), .pooler = true}, metrics_
        );
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        sql("INSERT INTO users (id, name, email, password_hash, created_at, updated_at) VALUES "
            "('u', 'Ada', 'a@example.org', 'x', 1, 1)");
        sql("INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
            "updated_at) VALUES ('a', 'h', 'ready', 'k', 1, 1, 1)");
        sql("INSERT INTO videos (id, uploader_id, asset_id, title, created_at, updated_at) VALUES "
            "('v', 'u', 'a', 't', 1, 1)");
    }
    void sql(std::string text) {
        auto done = run_task(database_->execute(std::move(text)));
        EXPECT_TRUE(done) << done.error().detail;
    }

    Metrics metrics_;
    std::unique_ptr<db::Database> database_;
};

TEST_F(OldRowsTest, ViewsGoByTheirAge) {
    sql("INSERT INTO views (video_id, viewer, last_at) SELECT 'v', 'old' || n, n FROM "
        "generate_series(1, 6000) n");
    sql("INSERT INTO views (video_id, viewer, last_at) VALUES ('v', 'new', now_ms())");
    const auto forgotten = run_task(videos::forget_old_views(*database_, std::chrono::days(365)));
    ASSERT_TRUE(forgotten) << forgotten.error().detail;
    EXPECT_EQ(*forgotten, 6000);
    const auto left = run_task(database_->query("SELECT viewer FROM views"));
    ASSERT_TRUE(left);
    ASSERT_EQ(left->size(), 1U);
    EXPECT_EQ(left->front().text(0), "new");
}

TEST_F(OldRowsTest, SessionsGoByTheirEnd) {
    sql("INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_seen_at, expires_at) "
        "VALUES ('old', 'u', 'h', 1, 1, 2), ('new', 'u', 'h', 1, 1, now_ms())");
    const auto forgotten = run_task(accounts::forget_old_sessions(*database_));
    ASSERT_TRUE(forgotten) << forgotten.error().detail;
    EXPECT_EQ(*forgotten, 1);
}

}  // namespace
}  // namespace reelshare::app
