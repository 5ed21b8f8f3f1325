#pragma once
// Whose copy a database and a bucket are: written down in the target before anything else is, so
// that a copy never mixes with what was there, and one that was stopped goes on.

#include "db/database.hpp"
#include "db/tables.hpp"
#include "objects/store.hpp"

#include <string>
#include <vector>

namespace reelshare::moving {

/// `conflict`: the schemas differ; the target holds rows or objects of its own; it is the copy of
/// another installation, or went to another bucket. `bucket` as S3_BUCKET says it.
Task<Result<void>> claim_target(
    db::Database& source,
    db::Database& target,
    objects::Store& store,
    std::string bucket,
    std::vector<db::Table> tables
);

/// When the copy was finished, by the target's own note; empty: it is not.
Task<Result<std::string>> finished_at(db::Database& target);
Task<Result<void>> note_finished(db::Database& target);

/// The last key of the objects that were copied and compared; empty: none.
Task<Result<std::string>> objects_done_until(db::Database& target);
Task<Result<void>> note_objects_done(db::Database& target, std::string key);

}  // namespace reelshare::moving
