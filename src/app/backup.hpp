#pragma once
// A copy of an embedded installation, made while it serves, and the way back.
//
// A backup is a folder: reelshare.db, objects/, secrets/ and, written last, backup.json. It appears
// under its name only when it is whole. Objects never change once they are there, so on one file
// system they are hard links, which cost nothing.

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>

namespace reelshare::app {

struct BackupFigures {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
};

/// Copies `data_dir` into the new folder `to`: the database first, then what it refers to, then
/// both are checked.
[[nodiscard]] Result<BackupFigures> make_backup(
    const std::filesystem::path& data_dir, const std::filesystem::path& to
);

/// Checks the backup `from` and copies it into `data_dir`, which must hold no database. Killed on
/// the way, it can be run again; until it is through, nothing serves from there.
[[nodiscard]] Result<BackupFigures> restore_backup(
    const std::filesystem::path& from, const std::filesystem::path& data_dir
);

/// Whether a restore into `data_dir` was begun and not finished.
[[nodiscard]] bool half_restored(const std::filesystem::path& data_dir);

}  // namespace reelshare::app
