#pragma once
// The end of an account: everything it owns goes with it, and the counts it had a part in are put
// right, in one transaction.

#include "base/task.hpp"
#include "db/database.hpp"
#include "videos/forget_user.hpp"

#include <string>
#include <vector>

namespace reelshare::profiles {

struct Deleted {
    videos::Forgotten videos;
    std::vector<std::string> commented;  ///< Ids of posts with fewer comments now.
    std::string avatar;                  ///< The picture it showed; "" for none.
};

/// Commits, or changes nothing. What is left to do are the caches and the object store.
Task<Result<Deleted>> delete_account(db::Database& database, std::string user_id);

}  // namespace reelshare::profiles
