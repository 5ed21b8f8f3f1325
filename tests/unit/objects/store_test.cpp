// What every store promises, held to each.

#include "objects/store.hpp"

#include "base/hash.hpp"
#include "objects/store_worlds.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reelshare::objects {
namespace {

class StoreTest : public testing::TestWithParam<StoreKind> {
  protected:
    void SetUp() override {
        world_ = GetParam().make();
        store_ = world_->store.get();
    }

    static Task<Result<void>> put_task(Store& store, std::string key, std::string bytes) {
        auto writer = co_await store.create(std::move(key));
        if (!writer) co_return std::unexpected(writer.error());
        constexpr std::size_t kPiece = 1'000'003;
        for (std::size_t from = 0; from < bytes.size(); from += kPiece) {
            const std::span<const char> all(bytes);
            const auto piece = all.subspan(from, std::min(kPiece, bytes.size() - from));
            auto written = co_await (*writer)->write(piece);
            if (!written) co_return written;
        }
        auto committed = co_await (*writer)->commit();
        co_return committed;
    }
    void put(const std::string& key, const std::string& bytes) {
        const auto stored = run_task(put_task(*store_, key, bytes));
        ASSERT_TRUE(stored) << stored.error().detail;
    }
    std::string get(const std::string& key) {
        auto reader = run_task(store_->open(key));
        if (!reader) return reader.error().code == Errc::not_found ? "none" : reader.error().detail;
        std::string bytes((*reader)->size(), '\0');
        const auto got = run_task((*reader)->read(0, bytes));
        return got ? bytes.substr(0, *got) : got.error().detail;
    }
    std::string keys(const std::string& prefix, const std::string& after, std::size_t limit) {
        std::string all;
        const auto listed = run_task(store_->list(prefix, after, limit));
        if (!listed) return listed.error().detail;
        for (const auto& info : *listed) all += info.key + " ";
        return all;
    }

    std::unique_ptr<StoreWorld> world_;
    Store* store_ = nullptr;
};

TEST_P(StoreTest, AnObjectAppearsWholeWhenItIsCommitted) {
    auto writer = run_task(store_->create("media/a/1.mp4"));
    ASSERT_TRUE(writer);
    ASSERT_TRUE(run_task((*writer)->write(std::string_view("half"))));
    EXPECT_EQ(get("media/a/1.mp4"), "none");
    ASSERT_TRUE(run_task((*writer)->write(std::string_view(" and half"))));
    ASSERT_TRUE(run_task((*writer)->commit()));
    EXPECT_EQ(get("media/a/1.mp4"), "half and half");
    const auto info = run_task(store_->stat("media/a/1.mp4"));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->size, 13U);
    EXPECT_GT(info->modified, 1'600'000'000'000);
}

TEST_P(StoreTest, AnEmptyObjectIsOne) {
    put("a", "");
    EXPECT_EQ(get("a"), "");
}

TEST_P(StoreTest, WhatIsGivenUpIsNeverSeen) {
    {
        auto writer = run_task(store_->create("a"));
        ASSERT_TRUE(run_task((*writer)->write(std::string(9u << 20, 'x'))));
    }
    EXPECT_EQ(get("a"), "none");
    EXPECT_EQ(keys("", "", 10), "");
}

TEST_P(StoreTest, ALargeObjectIsWhatWasWritten) {
    std::string bytes;
    for (int i = 0; bytes.size() < (20u << 20); ++i) bytes += std::to_string(i) + " ";
    put("large", bytes);
    auto reader = run_task(store_->open("large"));
    ASSERT_TRUE(reader);
    ASSERT_EQ((*reader)->size(), bytes.size());
    std::string back(bytes.size(), '\0');
    constexpr std::size_t kPiece = 4u << 20;
    for (std::size_t from = 0; from < back.size(); from += kPiece) {
        const std::span<char> all(back);
        const auto into = all.subspan(from, std::min(kPiece, back.size() - from));
        ASSERT_EQ(run_task((*reader)->read(from, into)).value_or(0), into.size());
    }
    EXPECT_EQ(sha256_hex(back), sha256_hex(bytes));
}

TEST_P(StoreTest, ALargePieceIsReadAtOnce) {
    const std::string bytes(9u << 20, 'x');
    put("large", bytes);
    EXPECT_EQ(get("large"), bytes);
}

TEST_P(StoreTest, AnObjectOfExactlyOnePartAndOneByteMore) {
    const std::string part(8u << 20, 'p');
    put("part", part);
    EXPECT_EQ(run_task(store_->stat("part"))->size, part.size());
    put("more", part + "x");
    EXPECT_EQ(run_task(store_->stat("more"))->size, part.size() + 1);
}

TEST_P(StoreTest, AnObjectIsReplacedAndNeverMixed) {
    put("a", "old");
    auto reader = std::move(*run_task(store_->open("a")));
    put("a", "newer");
    EXPECT_EQ(get("a"), "newer");
    std::string bytes(3, '\0');
    const auto got = run_task(reader->read(0, bytes));
    EXPECT_TRUE(got ? bytes == "old" : got.error().code == Errc::not_found);
}

TEST_P(StoreTest, RemovesOneAndMany) {
    put("a", "x");
    EXPECT_TRUE(run_task(store_->remove("a")));
    EXPECT_EQ(get("a"), "none");
    EXPECT_TRUE(run_task(store_->remove("a"))) << "removing nothing is no error";
    for (const char* key : {"media/a/1", "media/a/2", "media/b/1"}) put(key, "x");
    EXPECT_TRUE(run_task(store_->remove_all({"media/a/1", "media/b/1", "media/none"})));
    EXPECT_EQ(keys("", "", 10), "media/a/2 ");
    EXPECT_TRUE(run_task(store_->remove_all({})));
}

TEST_P(StoreTest, ReadsRanges) {
    put("a", "0123456789");
    auto reader = std::move(*run_task(store_->open("a")));
    std::string bytes(4, '\0');
    EXPECT_EQ(run_task(reader->read(8, bytes)).value_or(99), 2U);
    EXPECT_EQ(bytes.substr(0, 2), "89");
    EXPECT_EQ(run_task(reader->read(10, bytes)).value_or(99), 0U);
}

TEST_P(StoreTest, ListsByPrefixInPages) {
    for (const char* key : {"media/a/1", "media/a/2", "media/b/1", "sources/x"}) put(key, "x");
    EXPECT_EQ(keys("media/", "", 10), "media/a/1 media/a/2 media/b/1 ");
    EXPECT_EQ(keys("media/", "", 2), "media/a/1 media/a/2 ");
    EXPECT_EQ(keys("media/", "media/a/2", 2), "media/b/1 ");
    EXPECT_EQ(keys("none/", "", 10), "");
}

TEST_P(StoreTest, RefusesKeysThatLeadElsewhere) {
    for (const char* key : {"../a", "/etc/passwd", "a/../../b", "tmp/../a", "", "a?b", "a b"}) {
        EXPECT_FALSE(run_task(store_->create(key))) << key;
        EXPECT_FALSE(run_task(store_->open(key))) << key;
        EXPECT_FALSE(run_task(store_->remove(key))) << key;
        EXPECT_FALSE(run_task(store_->remove_all({key}))) << key;
    }
}

TEST_P(StoreTest, SaysThatItTakesBytes) {
    EXPECT_GT(run_task(store_->free_bytes()).value_or(0), 0U);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTest, testing::ValuesIn(store_kinds()), [](const auto& kind) {
    return kind.param.name;
});

}  // namespace
}  // namespace reelshare::objects
