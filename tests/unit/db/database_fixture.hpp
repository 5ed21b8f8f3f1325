#pragma once
// An empty database of either kind.

#include "db/postgres.hpp"
#include "db/sqlite.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::db {

inline std::string name_of(const testing::TestParamInfo<Dialect>& info) {
    return info.param == Dialect::sqlite ? "Sqlite" : "Postgres";
}
inline const auto kBoth = testing::Values(Dialect::sqlite, Dialect::postgres);

class DatabaseFixture : public testing::TestWithParam<Dialect> {
  protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "reelshare-db-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        if (GetParam() == Dialect::postgres) url_ = PostgresServer::get().new_database();
        open();
    }
    void TearDown() override {
        database_.reset();
        std::filesystem::remove_all(folder_);
    }
    void open() {
        database_.reset();
        auto opened = GetParam() == Dialect::sqlite
                          ? open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_)
                          : open_postgres({.url = url_, .replica_url = url_}, metrics_);
        ASSERT_TRUE(opened) << opened.error().message;
        database_ = std::move(*opened);
    }
    Result<Rows> run(std::string sql, Params params = {}) {
        return run_task(database_->execute(std::move(sql), std::move(params)));
    }
    Result<Rows> ask(std::string sql, Params params = {}) {
        return run_task(database_->query(std::move(sql), std::move(params)));
    }
    std::int64_t number(std::string sql) {
        auto rows = ask(std::move(sql));
        return rows && !rows->empty() ? rows->front().integer(0) : -1;
    }

    std::filesystem::path folder_;
    std::string url_;
    BlockingExecutor executor_{4, 1000};
    Metrics metrics_;
    std::unique_ptr<Database> database_;
};

}  // namespace reelshare::db
