#pragma once
// A clip of the ReelServer becomes a post here, the way every upload does.

#include "base/blocking_executor.hpp"
#include "db/database.hpp"
#include "importing/media.hpp"
#include "importing/outcome.hpp"
#include "uploads/uploads.hpp"

namespace reelshare::importing {

struct PostParts {
    db::Database& database;
    uploads::Uploads& uploads;
    Media& media;
    BlockingExecutor& executor;
};

/// Fetches the file, stores it as a source, and makes post, job and name in one transaction. What
/// is wrong with the file leaves the clip out; the errors are of our own database and store.
Task<Result<Outcome>> bring_video(const PostParts& parts, const db::Row& row);

}  // namespace reelshare::importing
