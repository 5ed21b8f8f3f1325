// What the database does for a page of a list: it goes along an index to where the page begins and
// reads no more than the page, whatever the depth and whoever asks. The statements are those that
// the features themselves ask.

#include "base/id.hpp"
#include "comments/comments.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "follows/follows.hpp"
#include "notifications/notifications.hpp"
#include "support/run_task.hpp"
#include "videos/videos.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::app {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// Passes reads on and notes them.
class Noting final : public db::Database {
  public:
    struct Read {
        std::string sql;
        db::Params params;
    };

    explicit Noting(db::Database& inner) : inner_(inner) {}

    Task<Result<db::Rows>> query(std::string sql, db::Params params) override {
        reads.push_back({sql, params});
        auto rows = co_await inner_.query(std::move(sql), std::move(params));
        co_return rows;
    }
    Task<Result<db::Rows>> execute(std::string sql, db::Params params, db::Durability durability)
        override {
        auto rows = co_await inner_.execute(std::move(sql), std::move(params), durability);
        co_return rows;
    }
    void listen(std::string, std::function<void(std::string_view)>) override {}
    [[nodiscard]] db::Dialect dialect() const override { return inner_.dialect(); }

    std::vector<Read> reads;

  protected:
    Task<Result<void>> run_transaction(const Body&, db::Durability) override {
        co_return fail(Errc::internal, "A list changes nothing.");
    }

  private:
    db::Database& inner_;
};

class QueryPlans : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("reelshare-plans-" + new_id());
        std::filesystem::create_directories(folder_);
        auto opened = db::open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        noting_ = std::make_unique<Noting>(*database_);
        sql("INSERT INTO users (id, name, email, password_hash, created_at, updated_at) "
            "VALUES ($1, 'Ada', 'ada@example.org', 'x', 0, 0)",
            {user_});
        sql("INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
            "updated_at) VALUES ($1, 'hash', 'ready', 'sources/x', 10, 0, 0)",
            {video_});
        sql("INSERT INTO videos (id, uploader_id, asset_id, title, listed, created_at, updated_at) "
            "VALUES ($1, $2, $1, 'A clip', 1, 0, 0)",
            {video_, user_});
        sql("INSERT INTO comments (id, video_id, user_id, content, created_at, updated_at) "
            "VALUES ($1, $2, $3, 'A word', 0, 0)",
            {comment_, video_, user_});
    }
    void TearDown() override {
        noting_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }

    void sql(std::string statement, db::Params params) {
        auto rows = run_task(database_->execute(std::move(statement), std::move(params)));
        ASSERT_TRUE(rows) << rows.error().message << rows.error().detail;
    }

    /// How the database runs the last read, which is that of the page, as it tells itself.
    std::string plan_of_page() {
        EXPECT_FALSE(noting_->reads.empty());
        Noting::Read read = noting_->reads.back();
        auto rows =
            run_task(database_->query("EXPLAIN QUERY PLAN " + read.sql, std::move(read.params)));
        EXPECT_TRUE(rows);
        std::string text;
        for (const db::Row& row : *rows) text += row.text(3) + '\n';
        return text;
    }
    /// `search`: the index of the list and how far it leads. Nothing is sorted or read whole, but
    /// for the page itself, once it is cut out: its few rows are joined to others, and sorted.
    void demand(const std::string& search) {
        std::string plan = plan_of_page();
        EXPECT_THAT(plan, HasSubstr(search));
        if (const auto page = plan.find("SCAN page\n"); page != std::string::npos) {
            const std::string joined = plan.substr(page + 10);
            EXPECT_THAT(joined, Not(ContainsRegex("(^|\n)SCAN [a-z]"))) << joined;
            plan.erase(page);
        }
        EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE FOR ORDER BY")));
        EXPECT_THAT(plan, Not(ContainsRegex("(^|\n)SCAN [a-z]"))) << plan;
    }

    const std::string user_ = new_id();
    const std::string video_ = new_id();
    const std::string comment_ = new_id();
    const std::string deep_ = new_id();
    Metrics metrics_;
    BlockingExecutor executor_{2, 4096};
    cache::NearCache near_cache_{{}, metrics_};
    std::unique_ptr<cache::Bus> bus_ = cache::make_memory_bus();
    std::filesystem::path folder_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<Noting> noting_;
};

TEST_F(QueryPlans, CommentsAndReplies) {
    videos::Videos videos(*noting_, near_cache_, *bus_, "");
    comments::Comments comments(*noting_, near_cache_, *bus_, videos);
    const std::vector<comments::Reader> readers{
        {}, {.id = user_, .origin = ""}, {.id = user_, .origin = "", .judges = true}
    };
    for (const comments::Reader& reader : readers) {
        for (const std::string& after : {std::string(), deep_}) {
            const comments::Part part{.after_id = after, .limit = 10};
            ASSERT_TRUE(run_task(comments.of_video(video_, reader, part)));
            demand(
                "INDEX comments_of_video (video_id=? AND parent_id=?" +
                std::string(after.empty() ? ")" : " AND id<?)")
            );
            ASSERT_TRUE(run_task(comments.replies_of(comment_, reader, part)));
            demand(
                "INDEX comments_of_parent (parent_id=?" +
                std::string(after.empty() ? ")" : " AND id>?)")
            );
        }
    }
}

TEST_F(QueryPlans, FollowersAndWhomSomebodyFollows) {
    follows::Follows follows(*noting_, near_cache_, *bus_);
    for (const std::string& before : {std::string(), deep_}) {
        const std::string depth = before.empty() ? ")" : " AND id<?)";
        ASSERT_TRUE(run_task(follows.people_of(user_, follows::Side::followers, before, 10, "")));
        demand("INDEX follows_of_followed (followed_id=?" + depth);
        ASSERT_TRUE(run_task(follows.people_of(user_, follows::Side::following, before, 10, "")));
        demand("INDEX follows_of_follower (follower_id=?" + depth);
    }
}

TEST_F(QueryPlans, Notifications) {
    notifications::Notifications notifications(*noting_, *bus_);
    for (const std::string& before : {std::string(), deep_}) {
        ASSERT_TRUE(run_task(notifications.list(user_, before, 10, "")));
        demand(
            "INDEX notifications_of_user (user_id=?" +
            std::string(before.empty() ? ")" : " AND id<?)")
        );
    }
    ASSERT_TRUE(run_task(notifications.unread(user_)));
    demand("INDEX notifications_unread (user_id=?)");
}

TEST_F(QueryPlans, TheClipsOfAUser) {
    videos::Videos videos(*noting_, near_cache_, *bus_, "");
    for (const bool all : {false, true}) {
        for (const std::string& before : {std::string(), deep_}) {
            ASSERT_TRUE(run_task(videos.of_user(user_, all, before, 10, "")));
            demand(
                (all ? "INDEX videos_of_uploader (uploader_id=?"
                     : "INDEX videos_listed_of_uploader (uploader_id=? AND listed=?") +
                std::string(before.empty() ? ")" : " AND id<?)")
            );
        }
    }
}

}  // namespace
}  // namespace reelshare::app
