#include "moving/copy_rows.hpp"

#include "base/id.hpp"
#include "base/metrics.hpp"
#include "db/migrate.hpp"
#include "db/postgres.hpp"
#include "db/sqlite.hpp"
#include "moving/target.hpp"
#include "objects/filesystem.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace reelshare::moving {
namespace {

class CopyRowsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        source_ = open("source.db");
        auto target = db::open_postgres(
            {.url = PostgresServer::get().new_database(), .pooler = true}, target_metrics_
        );
        ASSERT_TRUE(target);
        target_ = std::move(*target);
        ASSERT_TRUE(run_task(db::migrate(*target_)));
        store_ = std::move(*objects::open_filesystem(folder_ / "objects", executor_));
        auto tables = run_task(db::tables_of_sqlite(*source_));
        ASSERT_TRUE(tables) << tables.error().detail;
        tables_ = *tables;
    }
    void TearDown() override {
        source_.reset();
        target_.reset();
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    std::unique_ptr<db::Database> open(const char* name) {
        auto database = db::open_sqlite({.path = folder_ / name}, executor_, metrics_);
        EXPECT_TRUE(database);
        EXPECT_TRUE(run_task(db::migrate(**database)));
        return std::move(*database);
    }
    db::Rows sql(db::Database& database, std::string text, db::Params params = {}) {
        auto rows = run_task(database.execute(std::move(text), std::move(params)));
        EXPECT_TRUE(rows) << (rows ? "" : rows.error().detail);
        return rows ? *rows : db::Rows{};
    }
    std::string add_user(db::Database& database) {
        std::string id = new_id();
        sql(database,
            "INSERT INTO users (id, name, email, password_hash, created_at, updated_at) VALUES "
            "($1, 'Zoë ''quoted''', $1, 'hash', 1, 2)",
            {id});
        return id;
    }
    Result<std::vector<CopiedTable>> copy() {
        return run_task(copy_rows(*source_, *target_, tables_, [&](std::int64_t rows) {
            told_ = rows;
        }));
    }
    Result<void> claim(std::string bucket = "bucket") {
        return run_task(claim_target(*source_, *target_, *store_, std::move(bucket), tables_));
    }
    /// A clip of somebody's, of which comments and views can be.
    void add_video(const std::string& user) {
        sql(*source_,
            "INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
            "updated_at) VALUES ('a', 'h', 'ready', 's', 1, 1, 1)");
        sql(*source_,
            "INSERT INTO videos (id, uploader_id, asset_id, title, created_at, updated_at) VALUES "
            "('v', $1, 'a', 'title', 1, 1)",
            {user});
    }
    std::int64_t count(db::Database& database, const std::string& table) {
        return sql(database, "SELECT COUNT(*) FROM " + table).front().integer(0);
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("reelshare-moving-" + new_id());
    BlockingExecutor executor_{2, 64};
    Metrics metrics_;
    Metrics target_metrics_;
    std::unique_ptr<objects::Store> store_;
    std::unique_ptr<db::Database> source_;
    std::unique_ptr<db::Database> target_;
    std::vector<db::Table> tables_;
    std::int64_t told_ = 0;
};

TEST_F(CopyRowsTest, KnowsEveryTableBehindWhatItRefersTo) {
    const auto place = [&](const char* name) {
        return std::ranges::find(tables_, name, &db::Table::name) - tables_.begin();
    };
    const auto end = static_cast<std::ptrdiff_t>(tables_.size());
    for (const char* name :
         {"users", "assets", "videos", "engagements", "views", "jobs", "sessions", "comments"})
        EXPECT_LT(place(name), end) << name;
    EXPECT_LT(place("users"), place("videos"));
    EXPECT_LT(place("videos"), place("engagements"));
    for (const char* name : {"schema_migrations", "installation", "search_posts", "search_people"})
        EXPECT_EQ(place(name), end) << name;
    EXPECT_EQ(tables_[static_cast<std::size_t>(place("comments"))].parent, "parent_id");
    EXPECT_EQ(
        tables_[static_cast<std::size_t>(place("engagements"))].key,
        (std::vector<std::string>{"video_id", "user_id"})
    );
}

TEST_F(CopyRowsTest, CopiesEveryRowOfMoreThanOnePage) {
    for (int i = 0; i < 1'203; ++i) add_user(*source_);
    const std::string user = add_user(*source_);
    sql(*source_,
        "INSERT INTO assets (id, content_hash, state, source_key, source_size, duration, "
        "created_at, updated_at) VALUES ('a', 'h', 'ready', 's', 5000000000, 2.5, 1, 1)");
    sql(*source_,
        "INSERT INTO videos (id, uploader_id, asset_id, title, created_at, updated_at) VALUES "
        "('v', $1, 'a', 'title', 1, 1)",
        {user});
    for (int i = 0; i < 3; ++i)
        sql(*source_, "INSERT INTO views (video_id, viewer, last_at) VALUES ('v', $1, 1)",
            {std::to_string(i)});
    ASSERT_TRUE(copy());
    EXPECT_EQ(count(*target_, "users"), 1'204);
    EXPECT_EQ(count(*target_, "views"), 3);
    EXPECT_EQ(told_, run_task(count_rows(*source_, tables_)).value_or(-1));
    const auto asset = sql(*target_, "SELECT source_size, duration, failure FROM assets");
    EXPECT_EQ(asset.front().integer(0), 5'000'000'000);
    EXPECT_EQ(asset.front().real(1), 2.5);
    EXPECT_TRUE(asset.front().is_null(2));
}

TEST_F(CopyRowsTest, AReplyThatSortsBeforeItsCommentComesAfterIt) {
    const std::string user = add_user(*source_);
    add_video(user);
    const auto comment = [&](const std::string& id, db::Value parent) {
        sql(*source_,
            "INSERT INTO comments (id, video_id, user_id, parent_id, content, created_at, "
            "updated_at) VALUES ($1, 'v', $2, $3, 'said', 1, 1)",
            {id, user, std::move(parent)});
    };
    comment("z", std::monostate());
    for (int i = 0; i < 600; ++i) comment("a" + std::to_string(i), "z");
    ASSERT_TRUE(copy());
    EXPECT_EQ(count(*target_, "comments"), 601);
}

TEST_F(CopyRowsTest, TheSearchOfTheTargetKnowsWhatCame) {
    add_user(*source_);
    ASSERT_TRUE(copy());
    EXPECT_EQ(count(*target_, "search_people"), 1);
}

TEST_F(CopyRowsTest, UnfinishedUploadsStayBehind) {
    const std::string user = add_user(*source_);
    for (const char* id : {"open", "done"})
        sql(*source_,
            "INSERT INTO uploads (id, user_id, length, video_id, created_at, expires_at) VALUES "
            "($1, $2, 7, CASE WHEN $1 = 'done' THEN 'v' END, 1, 2)",
            {id, user});
    ASSERT_TRUE(copy());
    EXPECT_EQ(sql(*target_, "SELECT id FROM uploads").front().text(0), "done");
}

TEST_F(CopyRowsTest, GoesOnWhereItWasStopped) {
    for (int i = 0; i < 10; ++i) add_user(*source_);
    ASSERT_TRUE(copy());
    sql(*target_, "DELETE FROM users WHERE id = (SELECT MIN(id) FROM users)");
    for (int i = 0; i < 10; ++i) add_user(*source_);
    ASSERT_TRUE(copy());
    EXPECT_EQ(count(*target_, "users"), 20);
    ASSERT_TRUE(copy()) << "once more changes nothing";
}

TEST_F(CopyRowsTest, ATargetWithRowsOfItsOwnIsRefused) {
    add_user(*source_);
    add_user(*target_);
    const auto copied = copy();
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, Errc::conflict);
    EXPECT_NE(copied.error().message.find("users has 1 rows here and 2 there"), std::string::npos)
        << copied.error().message;
}

TEST_F(CopyRowsTest, ARowThatDiffersIsFound) {
    const std::string id = add_user(*source_);
    ASSERT_TRUE(copy());
    sql(*target_, "UPDATE users SET name = 'other' WHERE id = $1", {id});
    EXPECT_FALSE(copy());
    const auto nothing = [](std::int64_t) {};
    EXPECT_FALSE(run_task(compare_rows(*source_, *target_, tables_, nothing)));
    sql(*source_, "UPDATE users SET name = 'other' WHERE id = $1", {id});
    EXPECT_TRUE(run_task(compare_rows(*source_, *target_, tables_, nothing)));
}

TEST_F(CopyRowsTest, TheTargetBelongsToOneCopy) {
    add_user(*source_);
    ASSERT_TRUE(claim());
    ASSERT_TRUE(copy());
    EXPECT_TRUE(claim()) << "our own earlier one";
    EXPECT_FALSE(claim("another bucket"));
    sql(*source_, "UPDATE installation SET value = 'another' WHERE name = 'identity'");
    const auto another = claim();
    ASSERT_FALSE(another);
    EXPECT_NE(another.error().message.find("another installation"), std::string::npos);
}

TEST_F(CopyRowsTest, ATargetThatIsNotEmptyIsRefusedBeforeAnythingIsWritten) {
    add_user(*target_);
    const auto rows = claim();
    ASSERT_FALSE(rows);
    EXPECT_NE(rows.error().message.find("its table users has rows"), std::string::npos);
    sql(*target_, "DELETE FROM users");
    auto writer = run_task(store_->create("sources/other"));
    ASSERT_TRUE(run_task((*writer)->commit()));
    const auto objects = claim();
    ASSERT_FALSE(objects);
    EXPECT_NE(objects.error().message.find("sources/other"), std::string::npos);
    ASSERT_TRUE(run_task(store_->remove("sources/other")));
    sql(*target_,
        "INSERT INTO schema_migrations (version, name, applied_at, checksum) "
        "VALUES (1000, 'later', 1, '')");
    const auto schema = claim();
    ASSERT_FALSE(schema);
    EXPECT_NE(schema.error().message.find("schemas"), std::string::npos);
}

}  // namespace
}  // namespace reelshare::moving
