#include "moving/copy_objects.hpp"

#include "base/id.hpp"
#include "objects/filesystem.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace reelshare::moving {
namespace {

class CopyObjectsTest : public testing::Test {
  protected:
    void SetUp() override {
        source_ = std::move(*objects::open_filesystem(folder_ / "source", executor_));
        target_ = std::move(*objects::open_filesystem(folder_ / "target", executor_));
    }
    void TearDown() override {
        source_.reset();
        target_.reset();
        std::filesystem::remove_all(folder_);
    }
    static Task<Result<void>> put_task(objects::Store& store, std::string key, std::string bytes) {
        auto writer = co_await store.create(std::move(key));
        if (!writer) co_return std::unexpected(writer.error());
        auto written = co_await (*writer)->write(bytes);
        if (!written) co_return written;
        auto committed = co_await (*writer)->commit();
        co_return committed;
    }
    void put(objects::Store& store, const std::string& key, const std::string& bytes) {
        ASSERT_TRUE(run_task(put_task(store, key, bytes)));
    }
    ObjectTotals copy(std::string done_until = {}) {
        ObjectTotals told;
        ObjectCopy copying{
            .source = *source_,
            .target = *target_,
            .done_until = std::move(done_until),
            .progress = [&](const ObjectTotals& done) { told = done; },
            .note = [&](std::string key) -> Task<Result<void>> {
                noted_ = std::move(key);
                co_return Result<void>();
            }
        };
        EXPECT_TRUE(run_task(copy_objects(copying)));
        return told;
    }
    UnixMillis modified(const char* key) { return run_task(target_->stat(key))->modified; }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("reelshare-moving-" + new_id());
    BlockingExecutor executor_{2, 64};
    std::unique_ptr<objects::Store> source_;
    std::unique_ptr<objects::Store> target_;
    std::string noted_;
};

TEST_F(CopyObjectsTest, CopiesWhatIsNotThere) {
    put(*source_, "sources/a", std::string(5'000'000, 'a'));
    put(*source_, "media/a/1/360.mp4", "abc");
    put(*source_, "media/a/1/empty", "");
    const ObjectTotals told = copy();
    EXPECT_EQ(told.objects, 3);
    EXPECT_EQ(told.bytes, 5'000'003U);
    EXPECT_EQ(noted_, "sources/a");
    const auto same = run_task(compare_objects(*source_, *target_));
    ASSERT_TRUE(same);
    EXPECT_EQ(same->objects, 3);
    EXPECT_EQ(same->bytes, 5'000'003U);
}

TEST_F(CopyObjectsTest, WhatIsThereIsComparedByItsBytes) {
    put(*source_, "sources/a", "the same");
    put(*source_, "sources/b", "these bytes");
    ASSERT_EQ(copy().objects, 2);
    const UnixMillis before = modified("sources/a");
    put(*target_, "sources/b", "other bytes");
    ASSERT_EQ(copy().objects, 2);
    EXPECT_EQ(modified("sources/a"), before) << "not again";
    auto reader = run_task(target_->open("sources/b"));
    std::string text(11, ' ');
    ASSERT_TRUE(run_task((*reader)->read(0, text)));
    EXPECT_EQ(text, "these bytes");
}

TEST_F(CopyObjectsTest, WhatAnEarlierRunNotedIsNotReadAgain) {
    put(*source_, "sources/a", "a");
    put(*source_, "sources/b", "b");
    const ObjectTotals told = copy("sources/a");
    EXPECT_EQ(told.objects, 1);
    EXPECT_EQ(told.bytes, 2U);
    const auto missing = run_task(compare_objects(*source_, *target_));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "The object sources/a is not in the target.");
    put(*target_, "sources/a", "longer");
    EXPECT_FALSE(run_task(compare_objects(*source_, *target_)));
}

}  // namespace
}  // namespace reelshare::moving
