#pragma once
// Objects that no row knows.

#include "base/clock.hpp"
#include "db/database.hpp"
#include "objects/store.hpp"

#include <string>
#include <vector>

namespace reelshare::processing {

/// The folders of the store whose objects belong to rows.
inline constexpr const char* kOwnedPrefixes[] = {"sources/", "media/", "avatars/"};

/// One page of a walk over the objects of a prefix.
struct OrphanPage {
    std::vector<objects::ObjectInfo> orphans;
    std::size_t objects = 0;  ///< Looked at.
    std::string after;        ///< The next page begins here; "" at the end.
};

/// Looks at the next objects behind `after`. What was changed after `young` is no orphan: its
/// transaction may be under way. Nor is what a running attempt made.
Task<Result<OrphanPage>> find_orphans(
    db::Database& database,
    objects::Store& store,
    std::string prefix,
    std::string after,
    UnixMillis young
);

}  // namespace reelshare::processing
