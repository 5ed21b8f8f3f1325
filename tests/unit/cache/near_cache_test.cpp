#include "cache/near_cache.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace reelshare::cache {
namespace {

class NearCacheTest : public testing::Test {
  protected:
    NearCache::Fill fill(std::string text) {
        return [this, text = std::move(text)]() -> Task<Result<std::string>> {
            ++fills_;
            co_return text;
        };
    }
    std::string get(
        const std::string& key, const std::string& text, std::vector<std::string> tags = {"feed"}
    ) {
        auto entry = run_task(cache_.get(key, std::move(tags), fill(text)));
        return entry ? *(*entry)->identity : "error";
    }
    Metrics metrics_;
    NearCache cache_{{.max_bytes = 1 << 20}, metrics_};
    std::atomic<int> fills_{0};
};

TEST_F(NearCacheTest, FillsOnce) {
    EXPECT_EQ(get("a", "one"), "one");
    EXPECT_EQ(get("a", "two"), "one");
    EXPECT_EQ(fills_, 1);
}

TEST_F(NearCacheTest, DropsByTagAtOnce) {
    get("a", "one", {"feed", "video:1"});
    get("b", "one", {"video:2"});
    cache_.drop("video:1");
    EXPECT_EQ(get("a", "two", {"feed", "video:1"}), "two");
    EXPECT_EQ(get("b", "two", {"video:2"}), "one");
    cache_.drop("feed");
    EXPECT_EQ(get("a", "three", {"feed", "video:1"}), "three");
    cache_.clear();
    EXPECT_EQ(get("b", "four"), "four");
}

TEST_F(NearCacheTest, AMissOfManyIsOneFill) {
    const NearCache::Fill slow = [this]() -> Task<Result<std::string>> {
        ++fills_;
        const bool awake = co_await sleep_for(std::chrono::milliseconds(100));
        co_return awake ? "slow" : "cut";
    };
    std::vector<std::jthread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            auto entry = run_task(cache_.get("a", {"feed"}, slow));
            if (entry && *(*entry)->identity == "slow") ++right;
        });
    threads.clear();
    EXPECT_EQ(right, 8);
    EXPECT_EQ(fills_, 1);
}

TEST_F(NearCacheTest, WhatWasFilledDuringADropIsNotKept) {
    const NearCache::Fill stale = [this]() -> Task<Result<std::string>> {
        cache_.drop("feed");
        co_return "stale";
    };
    EXPECT_TRUE(run_task(cache_.get("a", {"feed"}, stale)));
    EXPECT_EQ(get("a", "fresh"), "fresh");
}

TEST_F(NearCacheTest, AnErrorIsNotKept) {
    const NearCache::Fill broken = []() -> Task<Result<std::string>> {
        co_return fail(Errc::not_found, "no");
    };
    EXPECT_FALSE(run_task(cache_.get("a", {"feed"}, broken)));
    EXPECT_EQ(get("a", "now"), "now");
}

TEST_F(NearCacheTest, WhatIsTooOldStandsInWhileItCannotBeFilled) {
    NearCache cache({.max_age = std::chrono::milliseconds(0)}, metrics_);
    const auto get_from = [&](const NearCache::Fill& fill) {
        auto entry = run_task(cache.get("a", {"feed"}, fill));
        return entry ? *(*entry)->identity : "error";
    };
    const NearCache::Fill gone = []() -> Task<Result<std::string>> {
        co_return fail_unavailable("no database");
    };
    const NearCache::Fill missing = []() -> Task<Result<std::string>> {
        co_return fail(Errc::not_found, "no");
    };
    EXPECT_EQ(get_from(gone), "error");
    EXPECT_EQ(get_from(fill("one")), "one");
    EXPECT_EQ(get_from(gone), "one");
    EXPECT_EQ(get_from(gone), "one");
    cache.drop("feed");
    EXPECT_EQ(get_from(gone), "error") << "it was made of data that has changed";
    EXPECT_EQ(get_from(fill("two")), "two");
    EXPECT_EQ(get_from(missing), "error");
    EXPECT_EQ(get_from(gone), "error");
}

TEST_F(NearCacheTest, KeepsWithinItsBytes) {
    for (int i = 0; i < 200; ++i)
        get("key" + std::to_string(i), std::string(50'000, static_cast<char>('a' + i % 26)));
    fills_ = 0;
    for (int i = 0; i < 200; ++i) get("key" + std::to_string(i), "again");
    EXPECT_GT(fills_, 150) << "10 MB do not fit into 1 MiB";
}

TEST_F(NearCacheTest, CompressesWhatPays) {
    auto entry = run_task(cache_.get("a", {"feed"}, fill(std::string(20'000, 'x'))));
    ASSERT_TRUE(entry);
    ASSERT_TRUE((*entry)->gzip && (*entry)->brotli);
    EXPECT_LT((*entry)->brotli->size(), 1000U);
    EXPECT_TRUE((*entry)->etag.starts_with('"') && (*entry)->etag.ends_with('"'));
}

}  // namespace
}  // namespace reelshare::cache
