#include "objects/filesystem.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace reelshare::objects {
namespace {

namespace fs = std::filesystem;

class FilesystemStore : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "reelshare-objects-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        open();
    }
    void TearDown() override {
        store_.reset();
        fs::remove_all(root_);
    }
    void open() { store_ = std::move(*open_filesystem(root_, executor_)); }

    std::unique_ptr<Writer> begin(const std::string& key, const std::string& bytes) {
        auto writer = run_task(store_->create(key));
        EXPECT_TRUE(writer);
        EXPECT_TRUE(run_task((*writer)->write(bytes)));
        return std::move(*writer);
    }
    void put(const std::string& key, const std::string& bytes) {
        EXPECT_TRUE(run_task(begin(key, bytes)->commit()));
    }
    std::string get(const std::string& key) {
        auto reader = run_task(store_->open(key));
        return reader ? read(**reader) : "none";
    }
    static std::string read(Reader& reader) {
        std::string bytes(reader.size(), '\0');
        EXPECT_EQ(run_task(reader.read(0, bytes)).value_or(0), bytes.size());
        return bytes;
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(root_))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    }

    BlockingExecutor executor_{2, 100};
    fs::path root_;
    std::unique_ptr<Store> store_;
};

TEST_F(FilesystemStore, AnObjectAppearsWhole) {
    auto writer = begin("media/a/1.mp4", "half");
    EXPECT_EQ(get("media/a/1.mp4"), "none");
    EXPECT_TRUE(run_task(writer->write(std::string_view(" and half"))));
    EXPECT_TRUE(run_task(writer->commit()));
    EXPECT_EQ(get("media/a/1.mp4"), "half and half");
    EXPECT_EQ(run_task(store_->stat("media/a/1.mp4"))->size, 13U);
}

TEST_F(FilesystemStore, WhatIsGivenUpLeavesNothing) {
    begin("media/a/1.mp4", "never").reset();
    EXPECT_EQ(files(), 0U);
}

TEST_F(FilesystemStore, WhatAKilledProcessLeftIsRemovedAtTheNextStart) {
    const fs::path rest = root_ / "tmp" / "left";
    std::ofstream(rest) << "x";
    store_.reset();
    open();
    EXPECT_FALSE(fs::exists(rest));
}

TEST_F(FilesystemStore, AnOpenReaderKeepsItsBytes) {
    put("a", "old");
    auto reader = std::move(*run_task(store_->open("a")));
    put("a", "newer");
    EXPECT_EQ(get("a"), "newer");
    EXPECT_TRUE(run_task(store_->remove("a")));
    EXPECT_EQ(read(*reader), "old");
    EXPECT_GE(reader->descriptor(), 0);
    EXPECT_EQ(get("a"), "none");
    EXPECT_TRUE(run_task(store_->remove("a"))) << "removing nothing is no error";
}

TEST_F(FilesystemStore, ReadsRanges) {
    put("a", "0123456789");
    auto reader = std::move(*run_task(store_->open("a")));
    std::string bytes(4, '\0');
    EXPECT_EQ(run_task(reader->read(8, bytes)).value_or(99), 2U);
    EXPECT_EQ(bytes.substr(0, 2), "89");
    EXPECT_EQ(run_task(reader->read(10, bytes)).value_or(99), 0U);
}

TEST_F(FilesystemStore, ListsByPrefixInPages) {
    for (const char* key : {"media/a/1", "media/a/2", "media/b/1", "sources/x"}) put(key, "x");
    const auto keys = [&](const std::string& prefix, const std::string& after, std::size_t limit) {
        std::string all;
        for (const auto& info : *run_task(store_->list(prefix, after, limit)))
            all += info.key + " ";
        return all;
    };
    EXPECT_EQ(keys("media/", "", 10), "media/a/1 media/a/2 media/b/1 ");
    EXPECT_EQ(keys("media/", "", 2), "media/a/1 media/a/2 ");
    EXPECT_EQ(keys("media/", "media/a/2", 2), "media/b/1 ");
    EXPECT_EQ(keys("none/", "", 10), "");
}

TEST_F(FilesystemStore, RefusesKeysThatLeadElsewhere) {
    for (const char* key : {"../a", "/etc/passwd", "a/../../b", "tmp/../a", ""}) {
        EXPECT_FALSE(run_task(store_->create(key))) << key;
        EXPECT_FALSE(run_task(store_->open(key))) << key;
        EXPECT_FALSE(run_task(store_->remove(key))) << key;
    }
}

}  // namespace
}  // namespace reelshare::objects
