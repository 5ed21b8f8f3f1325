#pragma once
// Holds rows and objects to each other: every object belongs to a row, every row's object is there
// with the size that it should have. Works beside running servers.

#include "db/database.hpp"
#include "objects/store.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace reelshare::processing {

struct FsckOptions {
    bool repair = false;
    bool read = false;  ///< Also reads every source and compares its SHA-256.
    std::chrono::seconds grace = std::chrono::hours(1);  ///< Younger objects are nobody's orphans.
};

struct FsckFinding {
    std::string what;
    std::string done;  ///< What the repair did; "" where nothing could be done, or was to be.
};

struct FsckCounts {
    int assets = 0;
    std::size_t objects = 0;
    int findings = 0;
    int repaired = 0;
};

/// `tell` is called for each finding. A repair removes orphans and has a clip whose files are
/// damaged made anew from its source; without a source it fails the clip.
Task<Result<FsckCounts>> fsck(
    db::Database& database,
    objects::Store& store,
    FsckOptions options,
    std::function<void(const FsckFinding&)> tell
);

}  // namespace reelshare::processing
