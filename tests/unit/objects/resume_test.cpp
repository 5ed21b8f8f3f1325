// Unfinished objects, held to each store: appended to over several visits, cut back to what was
// acknowledged, published.

#include "base/hash.hpp"
#include "objects/store_worlds.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

namespace reelshare::objects {
namespace {

constexpr std::size_t kMiB = 1u << 20;

/// Bytes of which no two places are alike.
std::string stuff(std::size_t size) {
    std::string bytes;
    for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ' ';
    bytes.resize(size);
    return bytes;
}

class Resume : public testing::TestWithParam<StoreKind> {
  protected:
    void SetUp() override {
        world_ = GetParam().make();
        store_ = world_->store.get();
    }

    /// A visit: appends behind the mark, and says how far it came.
    static Task<Result<Mark>> visit(Store& store, Mark from, std::string bytes, bool sync) {
        auto appender = co_await store.resume("sources/a", std::move(from));
        if (!appender) co_return std::unexpected(appender.error());
        constexpr std::size_t kPiece = 64 * 1024;
        for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
            const std::span<const char> all(bytes);
            auto appended =
                co_await (*appender)->append(all.subspan(at, std::min(kPiece, bytes.size() - at)));
            if (!appended) co_return std::unexpected(appended.error());
        }
        Result<Mark> mark;
        if (sync)
            mark = co_await (*appender)->sync();
        else
            mark = co_await (*appender)->save();
        co_return mark;
    }
    Mark append(const Mark& from, const std::string& bytes, bool sync = true) {
        auto mark = run_task(visit(*store_, from, bytes, sync));
        EXPECT_TRUE(mark) << mark.error().detail;
        return mark.value_or(Mark());
    }
    static Task<Result<void>> finish(Store& store, Mark from, std::string bytes) {
        auto appender = co_await store.resume("sources/a", std::move(from));
        if (!appender) co_return std::unexpected(appender.error());
        auto appended = co_await (*appender)->append(bytes);
        if (!appended) co_return appended;
        auto published = co_await (*appender)->publish("sources/a.1");
        co_return published;
    }
    void publish(const Mark& from, const std::string& rest) {
        const auto published = run_task(finish(*store_, from, rest));
        EXPECT_TRUE(published) << published.error().detail;
    }
    std::string published() {
        auto reader = run_task(store_->open("sources/a.1"));
        if (!reader) return "none";
        std::string bytes((*reader)->size(), '\0');
        constexpr std::size_t kPiece = 4 * kMiB;
        for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
            const std::span<char> all(bytes);
            const auto into = all.subspan(at, std::min(kPiece, bytes.size() - at));
            EXPECT_EQ(run_task((*reader)->read(at, into)).value_or(0), into.size());
        }
        return bytes;
    }

    std::unique_ptr<StoreWorld> world_;
    Store* store_ = nullptr;
};

TEST_P(Resume, GrowsOverVisits) {
    Mark mark = append({}, "one ");
    EXPECT_EQ(mark.size, 4U);
    mark = append(mark, "two ");
    EXPECT_EQ(mark.size, 8U);
    EXPECT_EQ(published(), "none");
    publish(mark, "three");
    EXPECT_EQ(published(), "one two three");
    EXPECT_EQ(run_task(store_->unfinished()), std::vector<std::string>{"sources/a"});
    ASSERT_TRUE(run_task(store_->discard("sources/a")));
    EXPECT_EQ(published(), "one two three");
    EXPECT_TRUE(run_task(store_->unfinished())->empty());
    EXPECT_TRUE(run_task(store_->discard("sources/a")));
}

TEST_P(Resume, PartsAreFilledOverVisits) {
    const std::string bytes = stuff(27 * kMiB + 5);
    Mark mark;
    // A part begun, one ended and one begun, one filled exactly, two at once.
    for (const std::size_t upto : {3 * kMiB, 9 * kMiB, 16 * kMiB, 27 * kMiB}) {
        const auto from = static_cast<std::size_t>(mark.size);
        mark = append(mark, bytes.substr(from, upto - from));
        ASSERT_EQ(mark.size, upto);
    }
    publish(mark, bytes.substr(27 * kMiB));
    EXPECT_EQ(sha256_hex(published()), sha256_hex(bytes));
}

TEST_P(Resume, AWholeNumberOfParts) {
    const std::string bytes = stuff(16 * kMiB);
    publish(append({}, bytes), "");
    EXPECT_EQ(sha256_hex(published()), sha256_hex(bytes));
}

TEST_P(Resume, WhatIsSavedOnTheWayIsDurable) {
    const std::string bytes = stuff(30 * kMiB);
    const Mark mark = append({}, bytes, false);
    EXPECT_GE(mark.size, 16 * kMiB) << "all but a part on its way and one being filled";
    EXPECT_LE(mark.size, bytes.size());
    publish(mark, bytes.substr(static_cast<std::size_t>(mark.size)));
    EXPECT_EQ(sha256_hex(published()), sha256_hex(bytes));
}

TEST_P(Resume, WhatWasNotAcknowledgedIsCutOff) {
    const Mark told = append({}, "acknowledged");
    (void)append(told, ", and some more");
    const Mark next = append(told, "!");
    publish(next, "");
    EXPECT_EQ(published(), "acknowledged!");
}

TEST_P(Resume, WhoDiedBeforeHeCouldSaySoPublishesAgain) {
    const Mark mark = append({}, stuff(9 * kMiB));
    publish(mark, "?");
    publish(mark, "?");
    EXPECT_EQ(published(), stuff(9 * kMiB) + "?");
}

TEST_P(Resume, FewerBytesThanAcknowledgedAreAnError) {
    Mark mark = append({}, "short");
    mark.size = 6;
    auto missing = run_task(store_->resume("sources/a", mark));
    ASSERT_FALSE(missing);
    missing = run_task(store_->resume("sources/b", {.size = 1, .note = {}}));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_FALSE(run_task(store_->resume("../x", {})));
}

TEST_P(Resume, UnfinishedObjectsAreNoObjects) {
    (void)append({}, "half");
    EXPECT_TRUE(run_task(store_->list(""))->empty());
    EXPECT_FALSE(run_task(store_->stat("sources/a")));
}

INSTANTIATE_TEST_SUITE_P(Stores, Resume, testing::ValuesIn(store_kinds()), [](const auto& kind) {
    return kind.param.name;
});

}  // namespace
}  // namespace reelshare::objects
