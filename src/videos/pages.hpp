#pragma once
// How lists of posts are asked for and read. Pages are cut in an index, so that skipped rows cost
// an entry of it and no more, and a page behind a key costs the same wherever it is.

#include "db/database.hpp"
#include "videos/videos.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::videos {

/// Newest first; $1: how many, $2: how many to skip. `where` speaks of `videos` alone.
[[nodiscard]] std::string page_sql(std::string_view where);

/// Listed posts by trend; $1 and $2 as above, $3 and $4: the place behind which it begins. A row
/// has the trend in column `kTrendColumn`.
[[nodiscard]] std::string trend_page_sql(bool behind_a_place);
inline constexpr std::size_t kTrendColumn = 23;

/// One row more than `limit` was asked for, to learn whether there is more.
[[nodiscard]] Slice slice_of(
    const db::Rows& rows,
    std::int64_t limit,
    std::string_view origin,
    const delivery::MediaLinks& links
);

}  // namespace reelshare::videos
