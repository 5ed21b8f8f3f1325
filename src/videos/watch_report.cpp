// What the owner of a post learns about how it is watched.

#include "base/clock.hpp"
#include "base/id.hpp"
#include "videos/videos.hpp"
#include "videos/visibility.hpp"

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace reelshare::videos {

namespace {

namespace json = boost::json;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kParts = 20;
constexpr std::int64_t kMostDays = 90;

double share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

Task<Result<void>> check_owner(
    db::Database& database, const std::string& video_id, const std::string& user_id
) {
    if (!is_id(video_id)) co_return fail(Errc::not_found, "Video not found!");
    auto rows = co_await database.query(
        fmt::format(
            "SELECT v.uploader_id FROM videos v JOIN assets a ON a.id = v.asset_id "
            "WHERE v.id = $1 AND {}",
            may_see("$2")
        ),
        {video_id, user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    if (rows->front().text(0) == user_id) co_return Result<void>();
    co_return fail(Errc::forbidden, "Only its owner can do this.");
}

json::array days_json(const db::Rows& rows) {
    json::array days;
    for (const db::Row& row : rows) {
        days.push_back(json::object{
            {"day", rfc3339(row.integer(0) * kDayMs).substr(0, 10)},
            {"views", row.integer(1)},
            {"watchedMs", row.integer(2)}
        });
    }
    std::ranges::reverse(days);
    return days;
}

/// From how many ended at each twentieth to how many came at least so far.
json::array retention_json(const db::Rows& rows) {
    std::vector<std::int64_t> at_least(kParts + 1);
    for (const db::Row& row : rows) {
        const auto reached = static_cast<std::size_t>(row.integer(0));
        for (std::size_t part = 0; part <= std::min(reached, kParts); ++part)
            at_least[part] += row.integer(1);
    }
    json::array curve;
    if (at_least[0] <= 0) return curve;
    for (std::size_t part = 0; part <= kParts; ++part)
        curve.push_back(json::object{
            {"at", static_cast<double>(part) / kParts},
            {"share", share(at_least[part], at_least[0])}
        });
    return curve;
}

}  // namespace

Task<Result<json::object>> Videos::watched(std::string video_id, std::string user_id) {
    auto owner = co_await check_owner(database_, video_id, user_id);
    if (!owner) co_return std::unexpected(owner.error());
    auto totals = co_await database_.query(
        "SELECT v.view_count, CAST(COALESCE(SUM(d.watches), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(d.watched_ms), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(d.finished), 0) AS BIGINT) "
        "FROM videos v LEFT JOIN watch_days d ON d.video_id = v.id WHERE v.id = $1 "
        "GROUP BY v.id, v.view_count",
        {video_id}
    );
    if (!totals) co_return std::unexpected(totals.error());
    if (totals->empty()) co_return fail(Errc::not_found, "Video not found!");
    auto days = co_await database_.query(
        "SELECT day, views, watched_ms FROM watch_days WHERE video_id = $1 "
        "ORDER BY day DESC LIMIT $2",
        {video_id, kMostDays}
    );
    if (!days) co_return std::unexpected(days.error());
    auto curve = co_await database_.query(
        "SELECT reached, watches FROM watch_curves WHERE video_id = $1", {video_id}
    );
    if (!curve) co_return std::unexpected(curve.error());
    const db::Row& sums = totals->front();
    const std::int64_t watches = sums.integer(1);
    co_return json::object{
        {"videoId", std::move(video_id)},
        {"views", sums.integer(0)},
        {"watches", watches},
        {"watchedMs", sums.integer(2)},
        {"averageWatchedMs", watches > 0 ? sums.integer(2) / watches : 0},
        {"completionRate", share(sums.integer(3), watches)},
        {"viewsPerDay", days_json(*days)},
        {"retention", retention_json(*curve)}
    };
}

}  // namespace reelshare::videos
