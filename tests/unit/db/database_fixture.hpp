#pragma once
// A database in a folder of its own.

#include "db/sqlite.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::db {

class DatabaseFixture : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "reelshare-db-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        open();
    }
    void TearDown() override {
        database_.reset();
        std::filesystem::remove_all(folder_);
    }
    void open() {
        database_.reset();
        auto opened = open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(opened) << opened.error().message;
        database_ = std::move(*opened);
    }
    Result<Rows> run(std::string sql, Params params = {}) {
        return run_task(database_->execute(std::move(sql), std::move(params)));
    }
    Result<Rows> ask(std::string sql, Params params = {}) {
        return run_task(database_->query(std::move(sql), std::move(params)));
    }
    std::int64_t number(std::string sql) { return ask(std::move(sql))->front().integer(0); }

    std::filesystem::path folder_;
    BlockingExecutor executor_{4, 1000};
    Metrics metrics_;
    std::unique_ptr<Database> database_;
};

}  // namespace reelshare::db
