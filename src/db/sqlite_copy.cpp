#include "db/sqlite_copy.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

namespace reelshare::db {

namespace {

namespace fs = std::filesystem;

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

std::unexpected<Error> failed(sqlite3* handle, const fs::path& file) {
    const int code = sqlite3_errcode(handle) & 0xff;
    const Errc kind = code == SQLITE_FULL ? Errc::no_space : Errc::unavailable;
    return fail(kind, file.string() + ": " + sqlite3_errmsg(handle));
}

Result<Handle> open(const fs::path& file, int flags) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    Handle handle(opened);
    if (code != SQLITE_OK) return failed(handle.get(), file);
    sqlite3_busy_timeout(handle.get(), 5'000);
    return handle;
}

Result<Handle> open_to_read(const fs::path& file) {
    std::error_code ec;
    if (!fs::is_regular_file(file, ec))
        return fail(Errc::not_found, "There is no database at " + file.string() + ".");
    auto handle = open(file, SQLITE_OPEN_READONLY);
    if (handle) sqlite3_wal_autocheckpoint(handle->get(), 0);
    return handle;
}

Result<void> sync(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!synced) return fail(Errc::unavailable, file.string() + " cannot be synced.");
    return {};
}

Value value_of(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, column);
        case SQLITE_NULL:
            return std::monostate();
        default:
            break;
    }
    return std::string(
        reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
        static_cast<std::size_t>(sqlite3_column_bytes(statement, column))
    );
}

}  // namespace

Result<void> copy_sqlite(const fs::path& from, const fs::path& to) {
    auto source = open_to_read(from);
    if (!source) return std::unexpected(source.error());
    const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return fail(Errc::unavailable, to.string() + " cannot be made.");
    ::close(fd);
    {
        auto target = open(to, SQLITE_OPEN_READWRITE);
        if (!target) return std::unexpected(target.error());
        sqlite3_backup* copy = sqlite3_backup_init(target->get(), "main", source->get(), "main");
        if (!copy) return failed(target->get(), to);
        // All pages in one step, so under one read transaction: a copy in pieces would begin anew
        // at every write of the server.
        (void)sqlite3_backup_step(copy, -1);
        if (sqlite3_backup_finish(copy) != SQLITE_OK) return failed(target->get(), to);
    }
    return sync(to);
}

Result<Rows> read_sqlite(const fs::path& file, const std::string& sql) {
    auto handle = open_to_read(file);
    if (!handle) return std::unexpected(handle.error());
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(handle->get(), sql.c_str(), -1, &prepared, nullptr);
    const Statement statement(prepared);
    if (code != SQLITE_OK) return failed(handle->get(), file);
    Rows found;
    for (;;) {
        const int step = sqlite3_step(prepared);
        if (step == SQLITE_DONE) return found;
        if (step != SQLITE_ROW) return failed(handle->get(), file);
        std::vector<Value> values;
        for (int column = 0; column < sqlite3_column_count(prepared); ++column)
            values.push_back(value_of(prepared, column));
        found.rows.emplace_back(std::move(values));
    }
}

Result<void> check_sqlite(const fs::path& file) {
    auto verdict = read_sqlite(file, "PRAGMA integrity_check(1)");
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->empty() || verdict->front().text(0) != "ok")
        return fail(
            Errc::invalid, file.string() + " is damaged: " +
                               (verdict->empty() ? "no answer" : verdict->front().text(0))
        );
    auto loose = read_sqlite(file, "PRAGMA foreign_key_check");
    if (!loose) return std::unexpected(loose.error());
    if (!loose->empty())
        return fail(
            Errc::invalid, file.string() + ": a row of " + loose->front().text(0) +
                               " refers to one that is not there."
        );
    return {};
}

}  // namespace reelshare::db
