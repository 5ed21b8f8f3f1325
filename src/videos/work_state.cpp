#include "videos/work_state.hpp"

#include "base/clock.hpp"

#include <cmath>
#include <string_view>

namespace reelshare::videos {

namespace {

namespace json = boost::json;

/// More in front than this need not be counted to know that it takes long.
constexpr const char* kSql =
    "SELECT j.state, j.stage, j.progress, j.created_at, "
    "CASE WHEN j.run_at > now_ms() THEN 1 ELSE 0 END, "
    "CASE WHEN j.failures > 0 OR j.error IS NOT NULL THEN 1 ELSE 0 END, "
    "(SELECT COUNT(*) FROM (SELECT 1 FROM jobs o WHERE o.state = 'queued' AND o.id <> j.id AND "
    "(o.priority > j.priority OR (o.priority = j.priority AND o.due_order < j.due_order)) "
    "LIMIT 1000) AS earlier) "
    "FROM jobs j JOIN videos v ON v.asset_id = j.asset_id WHERE v.id = $1 AND j.state IN "
    "('queued', 'running') ORDER BY j.created_at LIMIT 1";

/// A worker's stages, as its owner may know them.
std::string_view stage_of(std::string_view noted) {
    if (noted.starts_with("storing")) return "storing";
    return noted == "encoding" ? "encoding" : "preparing";
}

json::object waiting(const db::Row& job) {
    const std::int64_t ahead = job.integer(6);
    const bool again = job.flag(5);
    const std::string_view reason = job.flag(4) ? "A try failed. The next one follows soon."
                                    : ahead > 0 ? "Other clips come first."
                                                : "It is next, as soon as a worker is free.";
    return {
        {"stage", again ? "retrying" : "waiting"},
        {"reason", reason},
        {"waitingSince", rfc3339(job.integer(3))},
        {"ahead", ahead},
        {"progress", 0}
    };
}

}  // namespace

Task<Result<std::optional<json::object>>> work_state(db::Database& database, std::string video_id) {
    auto rows = co_await database.query(kSql, {std::move(video_id)});
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return std::optional<json::object>();
    const db::Row& job = rows->front();
    if (job.text(0) == "queued") co_return waiting(job);
    co_return json::object{
        {"stage", stage_of(job.text(1))},
        {"reason", nullptr},
        {"waitingSince", nullptr},
        {"ahead", 0},
        {"progress", static_cast<std::int64_t>(std::floor(job.real(2) * 100))}
    };
}

}  // namespace reelshare::videos
