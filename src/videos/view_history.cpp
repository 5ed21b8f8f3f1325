#include "videos/view_history.hpp"

#include "db/batches.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

// A viewer who comes back while it is looked for begins a new window: that row stays.
Task<Result<std::int64_t>> forget_old_views(db::Database& database, std::chrono::milliseconds age) {
    auto forgotten = co_await db::delete_in_batches(
        database,
        fmt::format(
            "DELETE FROM views WHERE (video_id, viewer) IN (SELECT video_id, viewer FROM views "
            "WHERE last_at < now_ms() - $1 LIMIT {}) AND last_at < now_ms() - $1",
            db::kBatch
        ),
        {std::int64_t{age.count()}}
    );
    co_return forgotten;
}

}  // namespace reelshare::videos
