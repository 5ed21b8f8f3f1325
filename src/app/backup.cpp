#include "app/backup.hpp"

#include "app/version.hpp"
#include "base/clock.hpp"
#include "db/sqlite_copy.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace reelshare::app {

namespace {

namespace fs = std::filesystem;

constexpr int kTries = 5;  ///< At a moment in which nothing is deleted between the two copies.
constexpr const char* kDatabase = "reelshare.db";
constexpr const char* kRecord = "backup.json";
constexpr const char* kRestoring = "restoring";  ///< In a data folder that is not whole yet.

std::unexpected<Error> failed(const fs::path& file, const std::error_code& ec) {
    const bool full = ec == std::errc::no_space_on_device;
    return fail(full ? Errc::no_space : Errc::unavailable, file.string() + ": " + ec.message());
}

enum class Way : std::uint8_t { link, copy };

/// `to` is there as a whole or not at all. What is gone from `from` meanwhile is left out.
Result<void> bring(const fs::path& from, const fs::path& to, Way way) {
    std::error_code ec;
    if (fs::exists(to, ec)) return {};
    if (way == Way::link) {
        fs::create_hard_link(from, to, ec);
        if (!ec || ec == std::errc::no_such_file_or_directory) return {};
    }
    const fs::path temporary = to.string() + ".part";
    fs::remove(temporary, ec);
    fs::copy_file(from, temporary, ec);
    if (ec == std::errc::no_such_file_or_directory) return {};
    if (!ec) fs::rename(temporary, to, ec);
    if (ec) return failed(to, ec);
    return {};
}

/// Every file of a folder, also of its folders. One that is not there has none.
Result<void> bring_folder(const fs::path& from, const fs::path& to, Way way) {
    std::error_code ec;
    fs::create_directories(to, ec);
    if (ec) return failed(to, ec);
    for (auto it = fs::directory_iterator(from, ec); !ec && it != fs::directory_iterator();
         it.increment(ec)) {
        const fs::path name = it->path().filename();
        Result<void> brought;
        std::error_code kind;
        if (it->is_directory(kind)) {
            if (name != "tmp") brought = bring_folder(it->path(), to / name, way);
        } else if (it->is_regular_file(kind)) {
            brought = bring(it->path(), to / name, way);
        }
        if (!brought) return brought;
    }
    if (ec && ec != std::errc::no_such_file_or_directory) return failed(from, ec);
    return {};
}

Result<void> sync_all(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::syncfs(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!synced) return fail(Errc::unavailable, folder.string() + " cannot be synced.");
    return {};
}

/// Objects that the copied database needs and that are not there.
Result<std::vector<std::string>> missing_objects(const fs::path& folder) {
    auto needed = db::read_sqlite(
        folder / kDatabase,
        "SELECT media_prefix || '/master.m3u8' FROM assets WHERE media_prefix IS NOT NULL "
        "UNION SELECT source_key FROM assets WHERE state IN ('pending', 'playable')"
    );
    if (!needed) return std::unexpected(needed.error());
    std::vector<std::string> missing;
    for (const db::Row& row : *needed)
        if (std::error_code ec; !fs::is_regular_file(folder / "objects" / row.text(0), ec))
            missing.push_back(row.text(0));
    return missing;
}

Result<void> check(const fs::path& folder) {
    auto sound = db::check_sqlite(folder / kDatabase);
    if (!sound) return sound;
    auto missing = missing_objects(folder);
    if (!missing) return std::unexpected(missing.error());
    if (missing->empty()) return {};
    return fail(
        Errc::conflict, std::to_string(missing->size()) + " objects are missing, " +
                            missing->front() + " among them."
    );
}

BackupFigures count(const fs::path& folder) {
    BackupFigures figures;
    std::error_code ec;
    for (auto it = fs::recursive_directory_iterator(folder / "objects", ec);
         !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
        std::error_code kind;
        if (!it->is_regular_file(kind)) continue;
        ++figures.objects;
        figures.bytes += it->file_size(kind);
    }
    return figures;
}

Result<void> write_record(const fs::path& folder, const BackupFigures& figures) {
    const boost::json::value record{
        {"version", kVersion},
        {"madeAt", rfc3339(now_ms())},
        {"objects", figures.objects},
        {"bytes", figures.bytes}
    };
    std::ofstream file(folder / kRecord);
    file << boost::json::serialize(record) << '\n';
    file.close();
    if (!file) return fail(Errc::unavailable, (folder / kRecord).string() + " cannot be written.");
    return {};
}

/// Database first, then everything it can refer to.
Result<void> take(const fs::path& data_dir, const fs::path& to) {
    std::error_code ec;
    fs::remove(to / kDatabase, ec);
    auto copied = db::copy_sqlite(data_dir / kDatabase, to / kDatabase);
    if (!copied) return copied;
    auto objects = bring_folder(data_dir / "objects", to / "objects", Way::link);
    if (!objects) return objects;
    return check(to);
}

}  // namespace

Result<BackupFigures> make_backup(const fs::path& data_dir, const fs::path& to) {
    std::error_code ec;
    if (fs::exists(to, ec))
        return fail(Errc::conflict, to.string() + " is there already: name a new folder.");
    const fs::path part = to.string() + ".part";
    fs::remove_all(part, ec);
    fs::create_directories(part, ec);
    if (!ec) fs::permissions(part, fs::perms::owner_all, ec);
    if (ec) return failed(part, ec);
    // A clip that is deleted between the two copies is in the one and not in the other: once more,
    // then both are without it.
    Result<void> taken;
    for (int i = 0; i < kTries; ++i) {
        taken = take(data_dir, part);
        if (taken || taken.error().code != Errc::conflict) break;
    }
    if (!taken) return std::unexpected(taken.error());
    auto secrets = bring_folder(data_dir / "secrets", part / "secrets", Way::copy);
    if (!secrets) return std::unexpected(secrets.error());
    const BackupFigures figures = count(part);
    auto recorded = write_record(part, figures);
    if (!recorded) return std::unexpected(recorded.error());
    auto synced = sync_all(part);
    if (!synced) return std::unexpected(synced.error());
    fs::rename(part, to, ec);
    if (ec) return failed(to, ec);
    return figures;
}

Result<BackupFigures> restore_backup(const fs::path& from, const fs::path& data_dir) {
    std::error_code ec;
    if (!fs::exists(from / kRecord, ec))
        return fail(Errc::invalid, from.string() + " is not a backup, or not a whole one.");
    if (fs::exists(data_dir / kDatabase, ec))
        return fail(
            Errc::conflict, data_dir.string() + " holds an installation: move it away first."
        );
    if (auto sound = check(from); !sound) return std::unexpected(sound.error());
    fs::create_directories(data_dir, ec);
    if (!std::ofstream(data_dir / kRestoring).put('\n')) return failed(data_dir, ec);
    for (const char* folder : {"objects", "secrets"}) {
        auto brought = bring_folder(from / folder, data_dir / folder, Way::copy);
        if (!brought) return std::unexpected(brought.error());
    }
    auto database = bring(from / kDatabase, data_dir / kDatabase, Way::copy);
    if (!database) return std::unexpected(database.error());
    auto synced = sync_all(data_dir);
    if (!synced) return std::unexpected(synced.error());
    fs::remove(data_dir / kRestoring, ec);
    return count(data_dir);
}

bool half_restored(const fs::path& data_dir) {
    std::error_code ec;
    return fs::exists(data_dir / kRestoring, ec);
}

}  // namespace reelshare::app
