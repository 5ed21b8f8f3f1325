#include "app/secrets.hpp"

#include "base/metrics.hpp"
#include "db/migrate.hpp"
#include "db/postgres.hpp"
#include "db/sqlite.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

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

/// Two nodes with folders of their own.
class SharedSecrets : public Secrets {
  protected:
    void SetUp() override {
        Secrets::SetUp();
        auto opened = db::open_postgres({.url = PostgresServer::get().new_database()}, metrics_);
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        one_.data_dir = folder_;
        other_.data_dir = folder_ / "other";
    }
    std::string first(const Config& config) {
        const auto secrets = token_secrets(config, *database_);
        EXPECT_TRUE(secrets);
        return secrets ? secrets->front() : "";
    }

    Metrics metrics_;
    std::unique_ptr<db::Database> database_;
    Config one_;
    Config other_;
};

TEST_F(SharedSecrets, NodesOfOneDatabaseHaveOne) {
    const std::string made = first(one_);
    EXPECT_GE(made.size(), 43u);
    EXPECT_EQ(first(other_), made);
    EXPECT_FALSE(fs::exists(file_)) << "a file would be one more place to keep safe";
}

TEST_F(SharedSecrets, ANodeThatWasAloneHandsOnItsOwn) {
    const auto own = load_or_make_secret(file_);
    EXPECT_EQ(first(one_), *own);
    EXPECT_EQ(first(other_), *own);
}

TEST_F(SharedSecrets, OneThatIsGivenIsTaken) {
    const std::string made = first(one_);
    other_.jwt_secret = std::string(32, 'x');
    EXPECT_EQ(first(other_), other_.jwt_secret);
    EXPECT_EQ(first(one_), made);
}

TEST_F(SharedSecrets, TheEmbeddedDatabaseHoldsNone) {
    BlockingExecutor executor(2, 64);
    Metrics metrics;
    fs::create_directories(folder_);
    auto embedded = db::open_sqlite({.path = folder_ / "reelshare.db"}, executor, metrics);
    ASSERT_TRUE(embedded);
    ASSERT_TRUE(run_task(db::migrate(**embedded)));
    const auto secrets = token_secrets(one_, **embedded);
    ASSERT_TRUE(secrets);
    EXPECT_EQ(secrets->front(), *load_or_make_secret(file_));
}

}  // namespace
}  // namespace reelshare::app
