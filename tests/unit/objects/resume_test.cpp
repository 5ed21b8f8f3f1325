// Unfinished objects: appended to over several visits, cut back to what was acknowledged,
// published.

#include "objects/filesystem.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::objects {
namespace {

namespace fs = std::filesystem;

class Resume : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "reelshare-resume-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        open();
    }
    void TearDown() override {
        store_.reset();
        fs::remove_all(root_);
    }
    void open() { store_ = std::move(*open_filesystem(root_, executor_)); }

    std::unique_ptr<Appender> resume(std::uint64_t size, const std::string& key = "sources/a") {
        auto appender = run_task(store_->resume(key, size));
        EXPECT_TRUE(appender);
        return appender ? std::move(*appender) : nullptr;
    }
    void append(std::uint64_t at, const std::string& bytes) {
        const auto appender = resume(at);
        EXPECT_TRUE(run_task(appender->append(bytes)));
        EXPECT_TRUE(run_task(appender->sync()));
    }
    std::string published(const std::string& key = "sources/a") {
        auto reader = run_task(store_->open(key));
        if (!reader) return "none";
        std::string bytes((*reader)->size(), '\0');
        EXPECT_EQ(run_task((*reader)->read(0, bytes)).value_or(0), bytes.size());
        return bytes;
    }

    BlockingExecutor executor_{2, 64};
    fs::path root_;
    std::unique_ptr<Store> store_;
};

TEST_F(Resume, GrowsOverVisitsAndRestarts) {
    append(0, "one ");
    open();
    append(4, "two ");
    EXPECT_EQ(published(), "none");
    const auto last = resume(8);
    ASSERT_TRUE(run_task(last->append(std::string("three"))));
    ASSERT_TRUE(run_task(last->publish()));
    EXPECT_EQ(published(), "one two three");
    EXPECT_EQ(run_task(store_->unfinished()), std::vector<std::string>{"sources/a"});
    ASSERT_TRUE(run_task(store_->discard("sources/a")));
    EXPECT_EQ(published(), "one two three");
    EXPECT_TRUE(run_task(store_->unfinished())->empty());
    EXPECT_TRUE(run_task(store_->discard("sources/a")));
}

TEST_F(Resume, WhatWasNotAcknowledgedIsCutOff) {
    append(0, "acknowledged, and some more");
    append(12, "!");
    ASSERT_TRUE(run_task(resume(13)->publish()));
    EXPECT_EQ(published(), "acknowledged!");
    // Died before anybody knew of it: published again.
    append(12, "?");
    ASSERT_TRUE(run_task(resume(13)->publish()));
    EXPECT_EQ(published(), "acknowledged?");
}

TEST_F(Resume, FewerBytesThanAcknowledgedAreAnError) {
    append(0, "short");
    auto missing = run_task(store_->resume("sources/a", 6));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    missing = run_task(store_->resume("sources/b", 1));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_FALSE(run_task(store_->resume("../x", 0)));
}

TEST_F(Resume, UnfinishedObjectsAreNoObjects) {
    append(0, "half");
    EXPECT_TRUE(run_task(store_->list(""))->empty());
    EXPECT_FALSE(run_task(store_->stat("sources/a")));
    EXPECT_TRUE(store_->resumable());
}

}  // namespace
}  // namespace reelshare::objects
