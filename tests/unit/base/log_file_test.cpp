#include "base/log_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <iterator>

namespace reelshare::log {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;
using testing::ElementsAre;

class LogFileTest : public testing::Test {
  protected:
    LogFileTest() { fs::remove_all(folder_); }
    ~LogFileTest() override { fs::remove_all(folder_); }

    [[nodiscard]] LogFile open(FileLimits limits = {}) {
        return {file_, limits, [this] { return now_; }};
    }
    /// Of the files beside the one that is written to.
    [[nodiscard]] std::vector<std::string> old_names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_))
            if (entry.path() != file_) names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    [[nodiscard]] std::string text(const fs::path& file) const {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    [[nodiscard]] std::string unpacked(const std::string& name) const {
        gzFile file = gzopen((folder_ / name).c_str(), "rb");
        std::string all(1000, '\0');
        all.resize(static_cast<std::size_t>(gzread(file, all.data(), 1000)));
        gzclose(file);
        return all;
    }

    const fs::path folder_ =
        fs::temp_directory_path() / ("reelshare-log-" + std::to_string(::getpid()));
    const fs::path file_ = folder_ / "reelshare.log";
    system_clock::time_point now_ =
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::hours(12);
};

TEST_F(LogFileTest, LinesAreThereAfterAFlush) {
    LogFile log = open();
    log.append("one");
    log.append("two");
    log.flush();
    EXPECT_EQ(text(file_), "one\ntwo\n");
}

TEST_F(LogFileTest, AFullFileIsRotatedAndCompressed) {
    {
        LogFile log = open({.max_bytes = 10});
        log.append("12345678");
        log.append("next");
    }
    EXPECT_EQ(text(file_), "next\n");
    ASSERT_THAT(old_names(), ElementsAre("reelshare-20260102-120000-000.log.gz"));
    EXPECT_EQ(unpacked("reelshare-20260102-120000-000.log.gz"), "12345678\n");
}

TEST_F(LogFileTest, ANewDayBeginsANewFile) {
    {
        LogFile log = open();
        log.append("yesterday");
        now_ += std::chrono::hours(13);
        log.append("today");
    }
    EXPECT_EQ(text(file_), "today\n");
    ASSERT_THAT(old_names(), ElementsAre("reelshare-20260103-010000-000.log.gz"));
}

TEST_F(LogFileTest, OnlySoManyOldFilesAreKeptTheNewest) {
    {
        LogFile log = open({.max_bytes = 4, .max_old_files = 2});
        for (int i = 0; i < 6; ++i) {
            now_ += std::chrono::seconds(1);
            log.append("line");
        }
    }
    EXPECT_THAT(
        old_names(),
        ElementsAre("reelshare-20260102-120005-000.log.gz", "reelshare-20260102-120006-000.log.gz")
    );
}

TEST_F(LogFileTest, OldFilesAreRemovedByAge) {
    fs::create_directories(folder_);
    const fs::path old = folder_ / "reelshare-20200101-000000-000.log.gz";
    std::ofstream(old) << "x";
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
    now_ = system_clock::now();
    {
        const LogFile log = open({.max_age = std::chrono::days(30)});
    }
    EXPECT_THAT(old_names(), ElementsAre());
}

TEST_F(LogFileTest, WhatAKilledProcessLeftIsCompressedAtTheNextStart) {
    fs::create_directories(folder_);
    now_ = system_clock::now();
    std::ofstream(folder_ / "reelshare-20260101-000000-000.log") << "left\n";
    std::ofstream(folder_ / "reelshare-20260101-000000-000.log.part") << "half";
    {
        const LogFile log = open();
    }
    ASSERT_THAT(old_names(), ElementsAre("reelshare-20260101-000000-000.log.gz"));
    EXPECT_EQ(unpacked("reelshare-20260101-000000-000.log.gz"), "left\n");
}

TEST_F(LogFileTest, AFullDiskLosesLinesCountsThemAndIsSurvived) {
    fs::create_directories(folder_);
    fs::create_symlink("/dev/full", file_);
    LogFile log = open();
    log.append("one");
    log.append("two");
    log.flush();
    EXPECT_EQ(log.lost(), 2u);
    log.append("three");
    log.flush();
    EXPECT_EQ(log.lost(), 3u);
}

TEST_F(LogFileTest, AFolderThatCannotBeMadeLosesLinesOnly) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "file") << "x";
    LogFile log(folder_ / "file" / "reelshare.log", {}, [this] { return now_; });
    log.append("one");
    log.flush();
    EXPECT_EQ(log.lost(), 1u);
}

}  // namespace
}  // namespace reelshare::log
