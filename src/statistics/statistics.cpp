#include "statistics/statistics.hpp"

#include "accounts/person.hpp"
#include "base/clock.hpp"
#include "videos/video_json.hpp"

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace reelshare::statistics {

namespace {

namespace json = boost::json;

constexpr std::size_t kTop = 3;

/// A clip as the lists of the statistics show it.
json::object clip_json(
    const db::Row& row, std::string_view origin, const delivery::MediaLinks& links
) {
    const json::object video = videos::video_json(row, origin, links);
    json::object clip;
    for (const std::string_view name : {"id", "title", "viewCount", "likeCount", "videoUrl"})
        clip[name] = video.at(name);
    return clip;
}

/// The clips with the most views first, then the most liked, then the newest.
Task<Result<json::array>> clips_of(
    db::Database& database,
    std::string user_id,
    std::string origin,
    const delivery::MediaLinks& links
) {
    auto rows = co_await database.query(
        fmt::format(
            "SELECT {} FROM {} WHERE v.uploader_id = $1 AND v.hidden = 0 "
            "ORDER BY v.view_count DESC, v.like_count DESC, v.id DESC LIMIT $2",
            videos::kVideoColumns, videos::kVideoTables
        ),
        {std::move(user_id), kMaxClips}
    );
    if (!rows) co_return std::unexpected(rows.error());
    json::array clips;
    for (const db::Row& row : *rows) clips.push_back(clip_json(row, origin, links));
    co_return clips;
}

/// The newest first. `of` and `who`: columns of follows.
Task<Result<json::array>> people_of(
    db::Database& database,
    std::string user_id,
    std::string origin,
    std::string_view of,
    std::string_view who
) {
    auto rows = co_await database.query(
        fmt::format(
            "SELECT u.id, u.name, u.avatar FROM follows f JOIN users u ON u.id = f.{} WHERE f.{} = "
            "$1 "
            "AND u.suspended_at IS NULL ORDER BY f.id DESC LIMIT $2",
            who, of
        ),
        {std::move(user_id), kMaxPeople}
    );
    if (!rows) co_return std::unexpected(rows.error());
    json::array people;
    for (const db::Row& row : *rows)
        people.push_back(accounts::person_json(origin, row.text(0), row.text(1), row.text(2)));
    co_return people;
}

Task<Result<json::object>> profile_of(
    db::Database& database, std::string user_id, std::string origin
) {
    auto rows = co_await database.query(
        "SELECT id, name, email, contact, created_at, updated_at, avatar FROM users WHERE id = $1",
        {user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "User not found!");
    auto following = co_await people_of(database, user_id, origin, "follower_id", "followed_id");
    if (!following) co_return std::unexpected(following.error());
    auto followed_by = co_await people_of(database, user_id, origin, "followed_id", "follower_id");
    if (!followed_by) co_return std::unexpected(followed_by.error());
    const db::Row& row = rows->front();
    co_return json::object{
        {"id", row.text(0)},
        {"name", row.text(1)},
        {"avatarUrl", accounts::avatar_url(origin, row.text(0), row.text(6))},
        {"email", row.text(2)},
        {"contact", row.is_null(3) ? json::value(nullptr) : json::value(row.text(3))},
        {"createdAt", rfc3339(row.integer(4))},
        {"updatedAt", rfc3339(row.integer(5))},
        {"following", std::move(*following)},
        {"followedBy", std::move(*followed_by)}
    };
}

double rounded(double value) {
    return std::round(value * 100) / 100;
}

}  // namespace

std::string engagement_rate(std::int64_t likes, std::int64_t views) {
    if (views <= 0) return "0.00%";
    return fmt::format("{:.2f}%", 100.0 * static_cast<double>(likes) / static_cast<double>(views));
}

Task<Result<json::object>> statistics_of(
    db::Database& database,
    std::string user_id,
    std::string origin,
    const delivery::MediaLinks& links
) {
    auto profile = co_await profile_of(database, user_id, origin);
    if (!profile) co_return std::unexpected(profile.error());
    auto totals = co_await database.query(
        "SELECT COUNT(*), CAST(COALESCE(SUM(view_count), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(like_count), 0) AS BIGINT) FROM videos WHERE uploader_id = $1 AND "
        "hidden = 0",
        {user_id}
    );
    if (!totals) co_return std::unexpected(totals.error());
    auto clips = co_await clips_of(database, std::move(user_id), std::move(origin), links);
    if (!clips) co_return std::unexpected(clips.error());
    const db::Row& row = totals->front();
    const std::int64_t count = row.integer(0);
    const std::int64_t views = row.integer(1);
    const std::int64_t likes = row.integer(2);
    const auto average = static_cast<double>(views) / static_cast<double>(std::max(count, 1L));
    json::array top;
    for (const json::value& clip : *clips)
        if (top.size() < kTop) top.push_back(clip);
    co_return json::object{
        {"totalVideos", count},
        {"totalViews", views},
        {"totalLikes", likes},
        {"mostPopularVideo", top.empty() ? json::value(nullptr) : top.front()},
        {"engagementRate", engagement_rate(likes, views)},
        {"averageViews", rounded(average)},
        {"totalEngagements", likes},
        {"engagementBreakdown", std::move(*clips)},
        {"topVideos", std::move(top)},
        {"profile", std::move(*profile)}
    };
}

}  // namespace reelshare::statistics
