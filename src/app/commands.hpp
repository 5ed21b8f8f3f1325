#pragma once
// What the program can be told to do. Each returns the exit code of the process.

#include "app/config.hpp"

#include <filesystem>
#include <string>

namespace reelshare::app {

/// Serves until SIGINT or SIGTERM.
int serve(const Config& config);
/// Works through the queue without serving, until SIGINT or SIGTERM.
int work(const Config& config);
/// Brings the database to this version's schema.
int migrate(const Config& config);
/// Checks folders, programs, codecs and dependencies; prints what is wrong and how to mend it.
int doctor(const Config& config);
/// Compares rows and objects, mends what it can with `repair`; `read`: also the bytes of sources.
/// 0: they agree (now); 1: they do not; 2: it could not be found out.
int fsck(const Config& config, bool repair, bool read);
/// Makes renditions, playlists and posters of `file` in `folder`, with a progress bar;
/// `with_report`: says what every stage took and every rendition gave.
int transcode(
    const Config& config,
    const std::filesystem::path& file,
    const std::filesystem::path& folder,
    bool with_report
);

/// Whether the process on this machine's PORT (a worker's OPS_PORT) is ready.
int health(const Config& config);
/// Copies the installation into the new folder `to`, while it serves.
int backup(const Config& config, const std::filesystem::path& to);
/// Checks the backup `from` and makes the installation that it is a copy of.
int restore(const Config& config, const std::filesystem::path& from);
/// Copies the embedded installation into PostgreSQL at `to_database` and the bucket `to_objects`
/// ("s3://bucket[/prefix]"), and compares both. Stopped, it can be run again and goes on.
int copy(const Config& config, const std::string& to_database, const std::string& to_objects);

/// What is said to `import-reelserver`.
struct ImportCommand {
    std::string database;        ///< The address of the ReelServer's database.
    std::string media;           ///< http(s)://…, s3://bucket, a folder; "": as its rows say.
    bool allow_private = false;  ///< The rows may name inner addresses.
};

/// Brings people, clips, likes, comments and follows of a ReelServer. Stopped, it can be run again
/// and goes on. 0: all of it is here; 3: all but what it has named; 1: it could not go on.
int import_reelserver(const Config& config, const ImportCommand& command);

}  // namespace reelshare::app
