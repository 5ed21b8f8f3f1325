#pragma once
// Posts in a real SQLite database, with what shows them.

#include "base/id.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "media/job.hpp"
#include "support/run_task.hpp"
#include "videos/videos.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::videos {

/// Runs coroutines at once on four event loops, each on a thread of its own, as the server does.
inline void run_together(const std::vector<std::function<Task<void>()>>& tasks) {
    constexpr std::size_t kLoops = 4;
    std::vector<std::unique_ptr<asio::io_context>> loops;
    for (std::size_t i = 0; i < kLoops; ++i) loops.push_back(std::make_unique<asio::io_context>(1));
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        asio::co_spawn(*loops[i % kLoops], tasks[i], [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }
    std::vector<std::jthread> threads;
    for (auto& loop : loops) threads.emplace_back([&loop] { loop->run(); });
}

/// For comparing with what an answer holds.
inline boost::json::value text(std::string_view words) {
    return boost::json::value(words);
}

inline media::Rendition rendition(int width, int height) {
    media::Rendition made;
    made.name = std::to_string(std::min(width, height));
    made.file = made.name + ".mp4";
    made.width = width;
    made.height = height;
    made.bandwidth = 1'000'000;
    made.size = 5000;
    made.init_size = 1000;
    made.segments = {{.offset = 1000, .size = 4000, .duration = 2}};
    return made;
}

inline media::Report portrait_report() {
    media::Report report;
    report.width = 1080;
    report.height = 1920;
    report.duration = 2.5;
    report.placeholder = "#102030";
    report.renditions = {rendition(1080, 1920), rendition(720, 1280), rendition(360, 640)};
    report.posters = {
        {.file = "poster_360.jpg", .width = 360, .height = 640},
        {.file = "poster_720.jpg", .width = 720, .height = 1280}
    };
    report.source = {{"format_name", "mov,mp4"}, {"duration", 2.5}, {"size", 1234}};
    return report;
}

class VideoFixture : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("reelshare-videos-" + new_id());
        std::filesystem::create_directories(folder_);
        auto opened = db::open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        videos_ = std::make_unique<Videos>(*database_, near_cache_, *bus_, "");
    }
    void TearDown() override {
        videos_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }

    db::Rows sql(std::string statement, db::Params params = {}) {
        auto rows = run_task(database_->execute(std::move(statement), std::move(params)));
        EXPECT_TRUE(rows) << (rows ? "" : rows.error().message + rows.error().detail);
        return rows ? *rows : db::Rows{};
    }

    std::string add_user(const std::string& name = "Ada") {
        std::string id = new_id();
        sql("INSERT INTO users (id, name, email, password_hash, created_at, updated_at) "
            "VALUES ($1, $2, $3, 'x', 0, 0)",
            {id, name, id + "@example.org"});
        return id;
    }

    /// A post whose asset is still pending.
    std::string add_pending(const std::string& user, const std::string& visibility = "public") {
        NewVideo video;
        video.id = new_id();
        video.uploader_id = user;
        video.asset_id = new_id();
        video.title = "A clip";
        video.description = "What it shows";
        video.tags = {"sea", "sun"};
        video.visibility = visibility;
        sql("INSERT INTO assets (id, content_hash, state, source_key, source_size, created_at, "
            "updated_at) "
            "VALUES ($1, 'hash', 'pending', $2, 10, 0, 0)",
            {video.asset_id, "sources/" + video.asset_id});
        auto inserted =
            run_task(database_->transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
                auto done = co_await insert_video(tx, video);
                if (!done) co_return std::unexpected(done.error());
                co_return true;
            }));
        EXPECT_TRUE(inserted);
        return video.id;
    }

    std::string asset_of(const std::string& video_id) {
        return sql("SELECT asset_id FROM videos WHERE id = $1", {video_id}).front().text(0);
    }

    /// What the publish transaction does.
    void publish(const std::string& video_id, const std::string& state = "ready") {
        const std::string asset = asset_of(video_id);
        const media::Report report = portrait_report();
        auto changed = run_task(database_->transaction<std::vector<std::string>>(
            [&](db::Transaction& tx) -> Task<Result<std::vector<std::string>>> {
                auto updated = co_await tx.query(
                    "UPDATE assets SET state = $2, duration = $3, width = $4, height = $5, "
                    "placeholder = $6, "
                    "metadata = $7, report = $8, media_prefix = $9, failure = $10 WHERE id = $1",
                    {asset, state, report.duration, std::int64_t{report.width},
                     std::int64_t{report.height}, report.placeholder,
                     boost::json::serialize(report.source),
                     boost::json::serialize(media::to_json(report)), "media/" + asset + "/1-abc",
                     state == "failed" ? db::Value("It is broken.") : db::Value()}
                );
                if (!updated) co_return std::unexpected(updated.error());
                auto ids = co_await refresh_listing(tx, asset);
                co_return ids;
            }
        ));
        ASSERT_TRUE(changed);
        EXPECT_EQ(*changed, std::vector{video_id});
        videos_->changed(*changed);
    }

    std::string add_ready(const std::string& user, const std::string& visibility = "public") {
        std::string id = add_pending(user, visibility);
        publish(id);
        return id;
    }

    std::int64_t number(const std::string& statement, db::Params params = {}) {
        return sql(statement, std::move(params)).front().integer(0);
    }

    Metrics metrics_;
    BlockingExecutor executor_{2, 4096};
    cache::NearCache near_cache_{{}, metrics_};
    std::unique_ptr<cache::Bus> bus_ = cache::make_memory_bus();
    std::filesystem::path folder_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<Videos> videos_;
};

}  // namespace reelshare::videos
