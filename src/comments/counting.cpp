#include "comments/counting.hpp"

#include "videos/ranking.hpp"

#include <utility>

namespace reelshare::comments {

namespace ranking = videos::ranking;

Task<Result<void>> count(db::Transaction& tx, std::string video_id, Gain gain) {
    // This locks the row, so that the trend of two changes adds up.
    auto rows = co_await tx.query(
        "UPDATE videos SET comment_count = comment_count + $2, thread_count = thread_count + $3 "
        "WHERE id = $1 RETURNING trend, created_at",
        {video_id, gain.comments, gain.threads}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    if (gain.lifted.empty() && gain.lowered.empty()) co_return Result<void>();
    double trend = rows->front().real(0);
    for (const UnixMillis at : gain.lifted) trend = ranking::raised(trend, ranking::kComment, at);
    for (const UnixMillis at : gain.lowered)
        trend = ranking::lowered(trend, ranking::kComment, at, rows->front().integer(1));
    auto moved = co_await tx.query(
        "UPDATE videos SET trend = $2 WHERE id = $1", {std::move(video_id), trend}
    );
    if (!moved) co_return std::unexpected(moved.error());
    co_return Result<void>();
}

Task<Result<std::vector<UnixMillis>>> lifts_in(db::Transaction& tx, std::string id) {
    auto rows = co_await tx.query(
        "SELECT created_at FROM comments WHERE id = $1 AND lifts = 1 UNION ALL "
        "SELECT created_at FROM comments WHERE parent_id = $1 AND lifts = 1",
        {std::move(id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<UnixMillis> times;
    for (const db::Row& row : *rows) times.push_back(row.integer(0));
    co_return times;
}

Task<Result<bool>> count_reply(
    db::Transaction& tx, std::string thread_id, std::int64_t difference
) {
    auto rows = co_await tx.query(
        "UPDATE comments SET reply_count = reply_count + $2 WHERE id = $1 "
        "RETURNING CASE WHEN hidden = 0 AND author_banned = 0 THEN 1 ELSE 0 END",
        {std::move(thread_id), difference}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return !rows->empty() && rows->front().flag(0);
}

}  // namespace reelshare::comments
