#include "videos/view_batch.hpp"

#include "videos/chunked_sql.hpp"
#include "videos/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

namespace reelshare::videos {

namespace {

using Key = ViewBatch::Key;

constexpr std::int64_t kDayMs = 86'400'000;
/// The curve has a point at every twentieth of a clip, the start and the end included.
constexpr std::int64_t kParts = 20;
/// A player that loops a clip for hours is one viewer who likes it, not a day of watch time.
constexpr double kMostRounds = 10;
constexpr std::int64_t kMostUnknown = 600'000;  ///< Where the length is not known.
/// Players stop a little before the end; credits are nobody's interest.
constexpr double kNearlyAll = 0.95;
/// Two clocks that differ by less agree: it may be the way of the answer.
constexpr std::int64_t kClocksAgreeMs = 1'000;

/// Notes who saw what and returns those whose window began anew. Posts that were deleted meanwhile
/// are passed over. Rows are taken in order, so that two nodes do not wait for each other
/// crosswise.
Task<Result<std::vector<Key>>> note_views(
    db::Transaction& tx, const std::vector<db::Params>& views, std::chrono::milliseconds window
) {
    auto rows = co_await in_chunks(tx, views, {"", "", "BIGINT"}, [&](std::string values) {
        return fmt::format(
            "WITH seen (video_id, viewer, at) AS (VALUES {}) "
            "INSERT INTO views (video_id, viewer, last_at) "
            "SELECT videos.id, seen.viewer, seen.at FROM seen JOIN videos ON videos.id = "
            "seen.video_id WHERE 1 = 1 ORDER BY videos.id, seen.viewer "
            "ON CONFLICT (video_id, viewer) DO UPDATE SET last_at = excluded.last_at, "
            "watched_ms = NULL, reached = NULL "
            "WHERE views.last_at <= excluded.last_at - {} RETURNING video_id, viewer",
            values, window.count()
        );
    });
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<Key> fresh;
    for (const db::Row& row : *rows) fresh.emplace_back(row.text(0), row.text(1));
    co_return fresh;
}

/// What a batch adds to one post.
struct Gain {
    std::int64_t views = 0;
    std::int64_t finished = 0;
    UnixMillis at = 0;
};

struct Day {
    std::int64_t views = 0;
    std::int64_t watches = 0;
    std::int64_t watched_ms = 0;
    std::int64_t finished = 0;
};

struct Gains {
    std::map<std::string, Gain> posts;
    std::map<std::pair<std::string, std::int64_t>, Day> days;
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> curve;

    Day& day_of(const std::string& video_id, UnixMillis at) {
        return days[{video_id, at / kDayMs}];
    }
};

/// The views that are new, and the second names of those who had none.
Task<Result<void>> count_views(
    db::Transaction& tx, const ViewBatch& batch, std::chrono::milliseconds window, Gains& gains
) {
    // Who came back under the cookie just given is the same viewer.
    std::set<Key> second_names;
    for (const auto& [key, sight] : batch.sights)
        if (!sight.alias.empty()) second_names.emplace(key.first, sight.alias);
    std::vector<db::Params> views;
    for (const auto& [key, sight] : batch.sights)
        if (!second_names.contains(key)) views.push_back({key.first, key.second, sight.at});
    auto fresh = co_await note_views(tx, views, window);
    if (!fresh) co_return std::unexpected(fresh.error());
    std::vector<db::Params> aliases;
    for (const Key& key : *fresh) {
        const Sight& sight = batch.sights.at(key);
        Gain& gain = gains.posts[key.first];
        ++gain.views;
        gain.at = std::max(gain.at, sight.at);
        ++gains.day_of(key.first, sight.at).views;
        // Only beside a new view: a client that never keeps its cookie must not fill the table.
        if (!sight.alias.empty()) aliases.push_back({key.first, sight.alias, sight.at});
    }
    auto named = co_await note_views(tx, aliases, window);
    if (!named) co_return std::unexpected(named.error());
    co_return Result<void>();
}

struct Reached {
    std::int64_t watched_ms = 0;
    std::int64_t part = 0;
};

Reached reached_by(const Watch& watch, const db::Row& row, std::size_t duration_column) {
    const double length_ms = row.real(duration_column) * 1000;
    if (length_ms <= 0)
        return {std::min(watch.watched_ms, kMostUnknown), watch.completed ? kParts : 0};
    const double most = length_ms * kMostRounds;
    const auto watched = static_cast<double>(watch.watched_ms);
    const bool all = watch.completed || watched >= length_ms * kNearlyAll;
    return {
        static_cast<std::int64_t>(std::min(watched, most)),
        all ? kParts : static_cast<std::int64_t>(watched / length_ms * kParts)
    };
}

using Told = std::map<Key, Sight>;

/// What players told, by the name that the viewer has from now on: a cookie just given comes back
/// with the next signal of the same visit.
Told told_in(const ViewBatch& batch) {
    Told told;
    for (const auto& [key, sight] : batch.sights) {
        if (!sight.watch) continue;
        const Key name{key.first, sight.alias.empty() ? key.second : sight.alias};
        const auto [entry, added] = told.try_emplace(name, sight);
        if (!added) entry->second.merge(sight);
    }
    return told;
}

/// Compares it with what is known of these windows; returns the rows to write.
std::vector<db::Params> gains_of_watches(
    const std::vector<db::Row>& rows, const Told& told, Gains& gains
) {
    std::vector<db::Params> changes;
    for (const db::Row& row : rows) {
        const Key key{row.text(0), row.text(1)};
        const Sight& sight = told.at(key);
        const bool first = row.is_null(2);
        const std::int64_t before = row.integer(2);
        const std::int64_t part_before = row.integer(3);
        const Reached now = reached_by(*sight.watch, row, 4);
        const std::int64_t watched = std::max(before, now.watched_ms);
        const std::int64_t part = std::max(part_before, now.part);
        if (!first && watched == before && part == part_before) continue;
        const bool finished = part == kParts && (first || part_before < kParts);
        Day& day = gains.day_of(key.first, sight.at);
        day.watches += first ? 1 : 0;
        day.watched_ms += watched - before;
        day.finished += finished ? 1 : 0;
        if (!first) --gains.curve[{key.first, part_before}];
        ++gains.curve[{key.first, part}];
        Gain& gain = gains.posts[key.first];
        gain.finished += finished ? 1 : 0;
        gain.at = std::max(gain.at, sight.at);
        changes.push_back(
            {key.first, key.second, watched, part, finished ? db::Value(sight.at) : db::Value()}
        );
    }
    return changes;
}

Task<Result<void>> count_watches(db::Transaction& tx, const ViewBatch& batch, Gains& gains) {
    const Told told = told_in(batch);
    std::vector<db::Params> names;
    for (const auto& [key, sight] : told) names.push_back({key.first, key.second});
    auto rows = co_await in_chunks(tx, names, {"", ""}, [](std::string values) {
        return "WITH told (video_id, viewer) AS (VALUES " + std::move(values) +
               ") SELECT w.video_id, w.viewer, w.watched_ms, w.reached, a.duration FROM told "
               "JOIN views w ON w.video_id = told.video_id AND w.viewer = told.viewer "
               "JOIN videos v ON v.id = w.video_id JOIN assets a ON a.id = v.asset_id";
    });
    if (!rows) co_return std::unexpected(rows.error());
    const std::vector<db::Params> changes = gains_of_watches(*rows, told, gains);
    auto written = co_await in_chunks(
        tx, changes, {"", "", "BIGINT", "INTEGER", "BIGINT"},
        [](std::string values) {
            return "WITH told (video_id, viewer, watched_ms, reached, finished_at) AS (VALUES " +
                   std::move(values) +
                   ") UPDATE views SET watched_ms = told.watched_ms, reached = told.reached, "
                   "finished_at = COALESCE(told.finished_at, views.finished_at) FROM told "
                   "WHERE views.video_id = told.video_id AND views.viewer = told.viewer";
        }
    );
    if (!written) co_return std::unexpected(written.error());
    co_return Result<void>();
}

/// Counts and trend of each post, in the order of ids. The first statement locks the row, so that
/// the trend of two nodes adds up.
Task<Result<void>> add_to_posts(db::Transaction& tx, const std::map<std::string, Gain>& posts) {
    for (const auto& [video_id, gain] : posts) {
        auto rows = co_await tx.query(
            "UPDATE videos SET view_count = view_count + $2 WHERE id = $1 RETURNING trend",
            {video_id, gain.views}
        );
        if (!rows) co_return std::unexpected(rows.error());
        const double weight = ranking::kView * static_cast<double>(gain.views) +
                              ranking::kFinish * static_cast<double>(gain.finished);
        if (rows->empty() || weight == 0) continue;
        auto raised = co_await tx.query(
            "UPDATE videos SET trend = $2 WHERE id = $1",
            {video_id, ranking::raised(rows->front().real(0), weight, gain.at)}
        );
        if (!raised) co_return std::unexpected(raised.error());
    }
    co_return Result<void>();
}

Task<Result<void>> add_to_days(db::Transaction& tx, const Gains& gains) {
    std::vector<db::Params> days;
    for (const auto& [key, day] : gains.days)
        days.push_back({key.first, key.second, day.views, day.watches, day.watched_ms, day.finished}
        );
    auto added = co_await in_chunks(
        tx, days, {"", "INTEGER", "BIGINT", "BIGINT", "BIGINT", "BIGINT"},
        [](std::string values) {
            return "INSERT INTO watch_days (video_id, day, views, watches, watched_ms, finished) "
                   "VALUES " +
                   std::move(values) +
                   " ON CONFLICT (video_id, day) DO UPDATE SET "
                   "views = watch_days.views + excluded.views, "
                   "watches = watch_days.watches + excluded.watches, "
                   "watched_ms = watch_days.watched_ms + excluded.watched_ms, "
                   "finished = watch_days.finished + excluded.finished";
        }
    );
    if (!added) co_return std::unexpected(added.error());
    std::vector<db::Params> parts;
    for (const auto& [key, watches] : gains.curve)
        if (watches != 0) parts.push_back({key.first, key.second, watches});
    auto curved = co_await in_chunks(tx, parts, {"", "INTEGER", "BIGINT"}, [](std::string values) {
        return "INSERT INTO watch_curves (video_id, reached, watches) VALUES " + std::move(values) +
               " ON CONFLICT (video_id, reached) DO UPDATE SET "
               "watches = watch_curves.watches + excluded.watches";
    });
    if (!curved) co_return std::unexpected(curved.error());
    co_return Result<void>();
}

/// The database's time where this batch is applied now, nothing where it was before.
Task<Result<std::optional<UnixMillis>>> claim(
    db::Transaction& tx, const std::string& id, const std::string& previous
) {
    auto claimed = co_await tx.query(
        "INSERT INTO view_batches (id, applied_at) VALUES ($1, now_ms()) ON CONFLICT (id) DO "
        "NOTHING RETURNING applied_at",
        {id}
    );
    if (!claimed) co_return std::unexpected(claimed.error());
    if (!previous.empty()) {
        auto gone = co_await tx.query("DELETE FROM view_batches WHERE id = $1", {previous});
        if (!gone) co_return std::unexpected(gone.error());
    }
    if (claimed->empty()) co_return std::optional<UnixMillis>();
    co_return std::optional(claimed->front().integer(0));
}

/// The batch as it would be had its node the database's clock, which is `ahead` of it: a window is
/// begun by one node and ended by another.
ViewBatch corrected(ViewBatch batch, std::int64_t ahead) {
    for (auto& [key, sight] : batch.sights) sight.at += ahead;
    return batch;
}

}  // namespace

bool Sight::merge(const Sight& later) {
    bool news = false;
    if (alias.empty() && !later.alias.empty()) {
        alias = later.alias;
        news = true;
    }
    if (!later.watch) return news;
    if (!watch) {
        watch = later.watch;
        return true;
    }
    news |= later.watch->watched_ms > watch->watched_ms;
    news |= later.watch->completed && !watch->completed;
    watch->watched_ms = std::max(watch->watched_ms, later.watch->watched_ms);
    watch->completed |= later.watch->completed;
    return news;
}

Task<Result<AppliedBatch>> apply_batch(
    db::Transaction& tx,
    const ViewBatch& batch,
    std::string previous,
    std::chrono::milliseconds window
) {
    AppliedBatch applied;
    auto claimed = co_await claim(tx, batch.id, previous);
    if (!claimed) co_return std::unexpected(claimed.error());
    if (!*claimed) co_return applied;
    const std::int64_t ahead = **claimed - now_ms();
    std::optional<ViewBatch> in_time;
    if (std::abs(ahead) > kClocksAgreeMs) in_time = corrected(batch, ahead);
    const ViewBatch& ours = in_time ? *in_time : batch;
    Gains gains;
    auto views = co_await count_views(tx, ours, window, gains);
    if (!views) co_return std::unexpected(views.error());
    auto watches = co_await count_watches(tx, ours, gains);
    if (!watches) co_return std::unexpected(watches.error());
    auto posts = co_await add_to_posts(tx, gains.posts);
    if (!posts) co_return std::unexpected(posts.error());
    auto days = co_await add_to_days(tx, gains);
    if (!days) co_return std::unexpected(days.error());
    for (const auto& [video_id, gain] : gains.posts) {
        applied.new_views += gain.views;
        if (gain.views > 0) applied.changed.push_back(video_id);
    }
    co_return applied;
}

}  // namespace reelshare::videos
