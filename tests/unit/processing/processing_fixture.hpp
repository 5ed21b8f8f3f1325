#pragma once
// A real database and a real store in a folder of their own.

#include "base/id.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "objects/filesystem.hpp"
#include "processing/publish.hpp"
#include "processing/queue.hpp"
#include "support/run_task.hpp"
#include "videos/videos.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

namespace reelshare::processing {

class ProcessingTest : public testing::Test {
  protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);  // As the server does.
        folder_ = std::filesystem::temp_directory_path() / ("reelshare-processing-" + new_id());
        std::filesystem::create_directories(folder_);
        auto database = db::open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(database);
        database_ = std::move(*database);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        auto store = objects::open_filesystem(folder_ / "objects", executor_);
        ASSERT_TRUE(store);
        store_ = std::move(*store);
        videos_ = std::make_unique<videos::Videos>(*database_, near_cache_, *bus_, "");
        publisher_ = std::make_unique<Publisher>(*database_, *videos_, *bus_);
        queue_ = std::make_unique<JobQueue>(*database_);
    }
    void TearDown() override {
        queue_.reset();
        publisher_.reset();
        videos_.reset();
        store_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }

    db::Rows sql(std::string text, db::Params params = {}) {
        auto rows = run_task(database_->execute(std::move(text), std::move(params)));
        EXPECT_TRUE(rows) << (rows ? "" : rows.error().detail);
        return rows ? *rows : db::Rows{};
    }
    std::string text(const std::string& query, const std::string& id) {
        const db::Rows rows = sql(query, {id});
        return rows.empty() ? "none" : rows.front().text(0);
    }
    std::int64_t number(const std::string& query, const std::string& id) {
        const db::Rows rows = sql(query, {id});
        return rows.empty() ? -1 : rows.front().integer(0);
    }

    /// A new asset with its job; returns the asset's id.
    std::string enqueue_asset(int priority = 0, std::string id = new_id()) {
        auto added =
            run_task(database_->transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
                auto asset = co_await tx.query(
                    "INSERT INTO assets (id, content_hash, state, source_key, source_size, "
                    "created_at, updated_at) "
                    "VALUES ($1, $1, 'pending', $2, 6, now_ms(), now_ms())",
                    {id, "sources/" + id}
                );
                if (!asset) co_return std::unexpected(asset.error());
                auto job = co_await enqueue(tx, id, priority);
                if (!job) co_return std::unexpected(job.error());
                co_return true;
            }));
        EXPECT_TRUE(added);
        return id;
    }
    std::optional<Claim> claim() {
        auto claimed = run_task(queue_->claim("test"));
        EXPECT_TRUE(claimed);
        return claimed ? *claimed : std::nullopt;
    }
    void put(const std::string& key, std::string bytes) {
        auto stored = run_task(put_task(key, std::move(bytes)));
        EXPECT_TRUE(stored);
    }
    bool has(const std::string& key) { return run_task(store_->stat(key)).has_value(); }

    Metrics metrics_;
    cache::NearCache near_cache_{{}, metrics_};
    BlockingExecutor executor_{2, 64};
    std::filesystem::path folder_;
    std::unique_ptr<cache::Bus> bus_ = cache::make_memory_bus();
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<objects::Store> store_;
    std::unique_ptr<videos::Videos> videos_;
    std::unique_ptr<Publisher> publisher_;
    std::unique_ptr<JobQueue> queue_;

  private:
    Task<Result<void>> put_task(std::string key, std::string bytes) {
        auto writer = co_await store_->create(std::move(key));
        if (!writer) co_return std::unexpected(writer.error());
        auto written = co_await (*writer)->write(bytes);
        if (!written) co_return written;
        auto committed = co_await (*writer)->commit();
        co_return committed;
    }
};

}  // namespace reelshare::processing
