#pragma once
// One SQLite connection with its prepared statements. Blocking; used by one thread at a time.

#include "db/database.hpp"

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace reelshare::db {

class SqliteConnection {
  public:
    enum class Role : std::uint8_t { writer, reader };

    static Result<std::unique_ptr<SqliteConnection>> open(
        const std::filesystem::path& path, Role role, std::chrono::milliseconds busy_timeout
    );
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    /// Runs one statement to its end.
    Result<Rows> run(std::string_view sql, const Params& params);
    /// A statement without parameters and rows: BEGIN, COMMIT, SAVEPOINT. Not for PRAGMA.
    Result<void> run(std::string_view sql);
    /// PRAGMAs take effect when they are compiled, so that a kept statement would do nothing.
    Result<void> pragma(const char* sql);

    /// Statements that take longer from now on are ended; none: no limit.
    void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    /// A sync failed once: what the disk holds is unknown.
    [[nodiscard]] bool sync_failed() const { return sync_failed_; }

    /// Pages in the write-ahead log after the last commit (writer only).
    [[nodiscard]] int log_pages() const { return log_pages_; }
    /// Copies the log into the database as far as readers allow. `wait` for them and begin the log
    /// anew where it has grown too long.
    Result<void> checkpoint(bool wait);

  private:
    struct Cached {
        std::string sql;
        sqlite3_stmt* statement;
    };

    explicit SqliteConnection(Role role) : role_(role) {}
    Result<void> set_up(std::chrono::milliseconds busy_timeout);
    Result<sqlite3_stmt*> prepared(std::string_view sql);
    Result<sqlite3_stmt*> prepare(std::string_view sql);
    Result<Rows> step_through(sqlite3_stmt* statement);
    /// The one place where SQLite's codes become ours.
    Error error_of(int code, std::string_view sql);

    const Role role_;
    sqlite3* handle_ = nullptr;
    std::list<Cached> statements_;  ///< Most recently used first.
    std::unordered_map<std::string_view, std::list<Cached>::iterator> by_sql_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    int log_pages_ = 0;
    bool sync_failed_ = false;
};

}  // namespace reelshare::db
