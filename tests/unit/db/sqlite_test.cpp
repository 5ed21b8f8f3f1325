#include "db/sqlite.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace reelshare::db {
namespace {

TEST(Sqlite, ASecondProcessIsRefusedInWords) {
    std::string pattern = (std::filesystem::temp_directory_path() / "reelshare-db-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(pattern.data());
    BlockingExecutor executor(1, 10);
    Metrics metrics;
    {
        const auto first = open_sqlite({.path = folder / "test.db"}, executor, metrics);
        ASSERT_TRUE(first);
        const auto second = open_sqlite({.path = folder / "test.db"}, executor, metrics);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::conflict);
        EXPECT_FALSE(second.error().message.empty());
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace reelshare::db
