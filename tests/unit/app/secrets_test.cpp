#include "app/secrets.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace reelshare::app {
namespace {

namespace fs = std::filesystem;

class Secrets : public testing::Test {
  protected:
    void SetUp() override { fs::remove_all(folder_); }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path folder_ = fs::temp_directory_path() / "reelshare-secrets-test";
    fs::path file_ = folder_ / "secrets" / "jwt";
};

TEST_F(Secrets, AreMadeOnceAndKeptPrivate) {
    const auto first = load_or_make_secret(file_);
    ASSERT_TRUE(first);
    EXPECT_GE(first->size(), 43u);
    EXPECT_EQ(*load_or_make_secret(file_), *first);
    struct stat info{};
    ASSERT_EQ(::stat(file_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    EXPECT_EQ(
        std::distance(fs::directory_iterator(file_.parent_path()), fs::directory_iterator()), 1
    );
}

TEST_F(Secrets, OthersMustNotRead) {
    ASSERT_TRUE(load_or_make_secret(file_));
    ::chmod(file_.c_str(), 0644);
    EXPECT_FALSE(load_or_make_secret(file_));
}

TEST_F(Secrets, AShortOneIsRefused) {
    fs::create_directories(file_.parent_path());
    std::ofstream(file_) << "short\n";
    ::chmod(file_.c_str(), 0600);
    EXPECT_FALSE(load_or_make_secret(file_));
}

}  // namespace
}  // namespace reelshare::app
