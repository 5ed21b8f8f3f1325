#pragma once
// Removes what nothing owns: scratch folders of jobs that are over, objects without a row.

#include "db/database.hpp"
#include "objects/store.hpp"

#include <chrono>
#include <filesystem>

namespace reelshare::processing {

struct CleanupCounts {
    int scratch_folders = 0;
    int objects = 0;
};

/// Objects younger than `grace` stay: their transaction may be under way.
Task<Result<CleanupCounts>> clean_up(
    db::Database& database,
    objects::Store& store,
    std::filesystem::path scratch,
    std::chrono::seconds grace
);

}  // namespace reelshare::processing
