#pragma once
// What is being done for a clip that cannot be played yet, and what it waits for.

#include "base/task.hpp"
#include "db/database.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace reelshare::videos {

/// {stage, reason, waitingSince, ahead, progress}: see `Processing` in docs/openapi.yaml. Nothing
/// where there is no work left.
Task<Result<std::optional<boost::json::object>>> work_state(
    db::Database& database, std::string video_id
);

}  // namespace reelshare::videos
