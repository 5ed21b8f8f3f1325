#include "delivery/part_cache.hpp"

#include "support/run_task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace reelshare::delivery {
namespace {

constexpr std::size_t kPart = PartCache::kPart;

/// An object far away that counts how often it is asked and can be out of reach.
class CountingReader final : public objects::Reader {
  public:
    explicit CountingReader(std::string bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    Task<Result<std::size_t>> read(std::uint64_t offset, std::span<char> into) override {
        ++reads;
        const bool slept = co_await sleep_for(std::chrono::milliseconds(1));
        (void)slept;
        if (!reachable) co_return fail_unavailable("gone");
        const auto size = std::min<std::size_t>(into.size(), bytes_.size() - offset);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        co_return size;
    }

    int reads = 0;
    bool reachable = true;

  private:
    std::string bytes_;
};

class PartCacheTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string bytes(2 * kPart + 10, 'a');
        std::fill(bytes.begin() + kPart, bytes.end(), 'b');
        reader_ = std::make_shared<CountingReader>(std::move(bytes));
        auto file = std::make_shared<OpenFile>();
        file->key = "media/a/1/720.mp4";
        file->reader = reader_;
        file_ = std::move(file);
    }
    Result<std::string> get(PartCache& cache, std::uint64_t index) {
        auto part = run_task(cache.get(file_, index));
        if (!part) return std::unexpected(part.error());
        return **part;
    }

    Metrics metrics_;
    std::shared_ptr<CountingReader> reader_;
    std::shared_ptr<const OpenFile> file_;
};

TEST_F(PartCacheTest, APartIsReadOnce) {
    PartCache cache(4 * kPart, metrics_);
    EXPECT_EQ(get(cache, 0).value_or(""), std::string(kPart, 'a'));
    EXPECT_EQ(get(cache, 2).value_or(""), std::string(10, 'b'));
    EXPECT_EQ(get(cache, 0).value_or("").size(), kPart);
    EXPECT_EQ(reader_->reads, 2);
    EXPECT_EQ(cache.bytes(), kPart + 10);
}

TEST_F(PartCacheTest, WhoAsksAtOnceWaitsForTheSameReading) {
    PartCache cache(4 * kPart, metrics_);
    asio::io_context context(1);
    int answered = 0;
    for (int i = 0; i < 10; ++i)
        asio::co_spawn(
            context,
            [&]() -> Task<void> {
                const auto part = co_await cache.get(file_, 1);
                if (part && (*part)->size() == kPart) ++answered;
            },
            [](std::exception_ptr) {}
        );
    context.run();
    EXPECT_EQ(answered, 10);
    EXPECT_EQ(reader_->reads, 1);
}

TEST_F(PartCacheTest, WhatIsKeptIsThereWithoutTheStore) {
    PartCache cache(4 * kPart, metrics_);
    ASSERT_TRUE(get(cache, 0));
    reader_->reachable = false;
    EXPECT_TRUE(get(cache, 0));
    EXPECT_FALSE(get(cache, 1));
    reader_->reachable = true;
    EXPECT_TRUE(get(cache, 1)) << "a failure is not kept";
}

TEST_F(PartCacheTest, KeepsNoMoreThanItMay) {
    PartCache cache(kPart + 20, metrics_);
    ASSERT_TRUE(get(cache, 0));
    ASSERT_TRUE(get(cache, 1));
    EXPECT_EQ(cache.bytes(), kPart);
    ASSERT_TRUE(get(cache, 2));
    EXPECT_EQ(cache.bytes(), kPart + 10);
    PartCache none(0, metrics_);
    EXPECT_TRUE(get(none, 0));
    EXPECT_EQ(none.bytes(), 0U);
}

TEST_F(PartCacheTest, ForgetsByPrefix) {
    PartCache cache(4 * kPart, metrics_);
    ASSERT_TRUE(get(cache, 0));
    cache.forget("media/b/");
    EXPECT_EQ(cache.bytes(), kPart);
    cache.forget("media/a/");
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(PartCacheTest, ReadsAheadWhereThereIsRoom) {
    PartCache cache(PartCache::kReadAhead, metrics_);
    asio::io_context context(1);
    cache.read_ahead(context.get_executor(), file_, 1);
    cache.read_ahead(context.get_executor(), file_, 3);
    context.run();
    EXPECT_EQ(reader_->reads, 1) << "behind the end is nothing";
    EXPECT_EQ(cache.bytes(), kPart);
    PartCache small(kPart, metrics_);
    small.read_ahead(context.get_executor(), file_, 1);
    EXPECT_EQ(reader_->reads, 1) << "what cannot be kept is not read ahead";
}

}  // namespace
}  // namespace reelshare::delivery
