#include "db/sqlite_connection.hpp"

#include "base/clock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace reelshare::db {

namespace {

constexpr std::size_t kMaxStatements = 128;
constexpr int kProgressSteps = 10'000;  // Virtual machine steps between two looks at the clock.

void now_ms_function(sqlite3_context* context, int, sqlite3_value**) {
    sqlite3_result_int64(context, now_ms());
}

int over_deadline(void* deadline) {
    const auto limit = *static_cast<std::chrono::steady_clock::time_point*>(deadline);
    return std::chrono::steady_clock::now() > limit ? 1 : 0;
}

int note_log_pages(void* log_pages, sqlite3*, const char*, int pages) {
    *static_cast<int*>(log_pages) = pages;
    return SQLITE_OK;
}

void bind(sqlite3_stmt* statement, int index, const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
        sqlite3_bind_double(statement, index, *real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        sqlite3_bind_text64(
            statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8
        );
    } else {
        sqlite3_bind_null(statement, index);
    }
}

/// "$3" is a name to SQLite; the number behind it is what PostgreSQL goes by. Whether all are
/// there.
bool bind_all(sqlite3_stmt* statement, const Params& params) {
    const int count = sqlite3_bind_parameter_count(statement);
    for (int index = 1; index <= count; ++index) {
        const char* name = sqlite3_bind_parameter_name(statement, index);
        const std::string_view digits = name ? name + 1 : "";
        std::size_t number = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (number < 1 || number > params.size()) return false;
        bind(statement, index, params[number - 1]);
    }
    return true;
}

Value column(sqlite3_stmt* statement, int index) {
    switch (sqlite3_column_type(statement, index)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, index);
        case SQLITE_NULL:
            return std::monostate();
        default:
            break;
    }
    const auto* text = static_cast<const char*>(sqlite3_column_blob(statement, index));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
    return std::string(text ? text : "", size);
}

Row row_of(sqlite3_stmt* statement) {
    const int columns = sqlite3_column_count(statement);
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int index = 0; index < columns; ++index) values.push_back(column(statement, index));
    return Row(std::move(values));
}

/// A kept statement holds no lock and no parameter once its run is over, however it ended.
class Running {
  public:
    explicit Running(sqlite3_stmt* statement) : statement_(statement) {}
    ~Running() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

  private:
    sqlite3_stmt* statement_;
};

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(
    const std::filesystem::path& path, Role role, std::chrono::milliseconds busy_timeout
) {
    // SQLite would create it readable by all; its log and index files take the mode of this one.
    if (const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); fd >= 0)
        ::close(fd);
    std::unique_ptr<SqliteConnection> made(new SqliteConnection(role));
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &made->handle_, flags, nullptr);
    if (code != SQLITE_OK) return std::unexpected(made->error_of(code, "open"));
    if (auto ready = made->set_up(busy_timeout); !ready) return std::unexpected(ready.error());
    return made;
}

Result<void> SqliteConnection::set_up(std::chrono::milliseconds busy_timeout) {
    sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout.count()));
    sqlite3_create_function(
        handle_, "now_ms", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr, now_ms_function, nullptr,
        nullptr
    );
    sqlite3_progress_handler(handle_, kProgressSteps, over_deadline, &deadline_);
    auto done = pragma(
        "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
        "PRAGMA mmap_size=0; PRAGMA cache_size=-2048; PRAGMA wal_autocheckpoint=0;"
    );
    if (!done) return done;
    if (role_ == Role::reader) return pragma("PRAGMA query_only=1;");
    sqlite3_wal_hook(handle_, note_log_pages, &log_pages_);
    // A file system without shared memory makes SQLite keep its old mode and report no error.
    auto mode = run("PRAGMA journal_mode=WAL", {});
    if (!mode) return std::unexpected(mode.error());
    if (mode->empty() || mode->front().text(0) != "wal")
        return fail_unavailable("no write-ahead log on this file system");
    return pragma("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;");
}

SqliteConnection::~SqliteConnection() {
    for (const Cached& cached : statements_) sqlite3_finalize(cached.statement);
    sqlite3_close_v2(handle_);
}

Result<sqlite3_stmt*> SqliteConnection::prepared(std::string_view sql) {
    if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
        statements_.splice(statements_.begin(), statements_, found->second);
        return statements_.front().statement;
    }
    auto statement = prepare(sql);
    if (!statement) return statement;
    statements_.push_front({std::string(sql), *statement});
    by_sql_.emplace(statements_.front().sql, statements_.begin());
    if (statements_.size() > kMaxStatements) {
        by_sql_.erase(statements_.back().sql);
        sqlite3_finalize(statements_.back().statement);
        statements_.pop_back();
    }
    return statement;
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(
        handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
        &rest
    );
    if (code != SQLITE_OK) return std::unexpected(error_of(code, sql));
    const std::string_view tail = sql.substr(static_cast<std::size_t>(rest - sql.data()));
    const char* fault = nullptr;
    if (!statement) fault = "empty statement: ";
    if (tail.find_first_not_of(" \t\r\n;") != tail.npos) fault = "more than one statement: ";
    if (role_ == Role::reader && !sqlite3_stmt_readonly(statement)) fault = "not a read: ";
    if (!fault) return statement;
    sqlite3_finalize(statement);
    return fail_internal(fault + std::string(sql));
}

Result<Rows> SqliteConnection::run(std::string_view sql, const Params& params) {
    const auto statement = prepared(sql);
    if (!statement) return std::unexpected(statement.error());
    const Running running(*statement);
    if (!bind_all(*statement, params))
        return fail_internal("parameter missing: " + std::string(sql));
    return step_through(*statement);
}

Result<Rows> SqliteConnection::step_through(sqlite3_stmt* statement) {
    Rows rows;
    const std::int64_t before = sqlite3_total_changes64(handle_);
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement))
        rows.rows.push_back(row_of(statement));
    if (code != SQLITE_DONE) return std::unexpected(error_of(code, sqlite3_sql(statement)));
    // Rows that a foreign key's cascade removed count in total_changes but not in changes; and what
    // changes nothing leaves `changes` as it was.
    if (sqlite3_total_changes64(handle_) != before) rows.affected = sqlite3_changes64(handle_);
    return rows;
}

Result<void> SqliteConnection::run(std::string_view sql) {
    auto rows = run(sql, {});
    if (!rows) return std::unexpected(rows.error());
    return {};
}

Result<void> SqliteConnection::pragma(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return std::unexpected(error_of(code, sql));
    return {};
}

Result<void> SqliteConnection::checkpoint(bool wait) {
    const int mode = wait ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, nullptr, nullptr);
    log_pages_ = 0;  // The next commit tells what is there.
    if (code != SQLITE_OK) return std::unexpected(error_of(code, "checkpoint"));
    return {};
}

Error SqliteConnection::error_of(int code, std::string_view sql) {
    const std::string said = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    const std::string detail = said + " in: " + std::string(sql);
    const int system = handle_ ? sqlite3_system_errno(handle_) : 0;
    Error full{
        .code = Errc::no_space, .message = "The server's storage is full.", .detail = detail
    };
    switch (code) {
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
            sync_failed_ = true;
            return fail_unavailable(detail).error();
        default:
            break;
    }
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            return {
                .code = Errc::conflict,
                .message = "This conflicts with what is stored.",
                .word = "constraint",
                .detail = detail
            };
        case SQLITE_FULL:
            return full;
        case SQLITE_IOERR:
            if (system == ENOSPC || system == EDQUOT || system == EFBIG) return full;
            return fail_unavailable(detail).error();
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return fail_unavailable(detail).error();
        default:
            return fail_internal(detail).error();
    }
}

}  // namespace reelshare::db
