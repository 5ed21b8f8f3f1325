#include "videos/videos.hpp"

#include "accounts/blocking.hpp"
#include "base/id.hpp"
#include "videos/pages.hpp"
#include "videos/ranking.hpp"
#include "videos/tags.hpp"
#include "videos/video_json.hpp"
#include "videos/visibility.hpp"
#include "videos/withholding.hpp"
#include "videos/work_state.hpp"

#include <fmt/format.h>

#include <charconv>

namespace reelshare::videos {

namespace {

namespace json = boost::json;

/// More posts than this changed at once are dropped by one tag that all of them carry.
constexpr std::size_t kMaxTagsAtOnce = 32;

/// The words of `media_access` in the near cache.
constexpr std::string_view kEverybody = "everybody";
constexpr std::string_view kSigned = "signed";
constexpr std::string_view kNobody = "nobody";

std::string media_tag(const std::string& asset_id) {
    return std::string(kMediaTag) + asset_id;
}

std::unexpected<Error> not_found() {
    return fail(Errc::not_found, "Video not found!");
}

}  // namespace

Task<Result<void>> insert_video(db::Transaction& tx, NewVideo video) {
    const UnixMillis now = now_ms();
    db::Value thumbnail_at;
    if (video.thumbnail_at) thumbnail_at = *video.thumbnail_at;
    auto inserted = co_await tx.query(
        "INSERT INTO videos (id, uploader_id, asset_id, title, description, visibility, tags, "
        "thumbnail_at, "
        "created_at, updated_at, trend, uploader_banned) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, "
        "(SELECT CASE WHEN suspended_at IS NULL THEN 0 ELSE 1 END FROM users WHERE id = $2))",
        {video.id, std::move(video.uploader_id), std::move(video.asset_id), std::move(video.title),
         std::move(video.description), std::move(video.visibility), tags_json(video.tags),
         std::move(thumbnail_at), now, ranking::first_trend(now)}
    );
    if (!inserted) co_return std::unexpected(inserted.error());
    auto tagged = co_await store_tags(tx, std::move(video.id), std::move(video.tags));
    co_return tagged;
}

Task<Result<std::vector<std::string>>> refresh_listing(db::Transaction& tx, std::string asset_id) {
    auto rows = co_await tx.query(
        fmt::format(
            "UPDATE videos SET listed = CASE WHEN {} THEN 1 ELSE 0 END WHERE asset_id = $1 "
            "RETURNING id",
            is_listed("hidden = 0 AND uploader_banned = 0")
        ),
        {std::move(asset_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    std::vector<std::string> ids;
    for (const db::Row& row : *rows) ids.push_back(row.text(0));
    co_return ids;
}

Videos::Videos(
    db::Database& database,
    cache::NearCache& near_cache,
    cache::Bus& bus,
    std::string public_url,
    delivery::MediaLinks links
)
    : database_(database),
      near_cache_(near_cache),
      bus_(bus),
      public_url_(std::move(public_url)),
      links_(std::move(links)),
      liked_(bus) {
    while (public_url_.ends_with('/')) public_url_.pop_back();
}

Task<Result<json::object>> Videos::find(
    std::string id, std::string viewer_id, std::optional<std::string> origin
) {
    auto video =
        co_await find_for(std::move(id), std::move(viewer_id), false, origin.value_or(public_url_));
    co_return video;
}

Task<Result<json::object>> Videos::find_for(
    std::string id, std::string viewer_id, bool judges, std::string origin
) {
    if (!is_id(id)) co_return not_found();
    auto rows = co_await database_.query(
        fmt::format(
            "SELECT {} FROM {} WHERE v.id = $1 AND ({}{}{})", kVideoColumns, kVideoTables,
            may_see("$2"), judges ? " OR " : "", judges ? may_judge() : ""
        ),
        {std::move(id), std::move(viewer_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return not_found();
    co_return video_json(rows->front(), origin, links_);
}

Task<Result<json::object>> Videos::detail(
    std::string id, std::string viewer_id, std::string origin, bool judges
) {
    auto video = co_await find_for(id, std::move(viewer_id), judges, std::move(origin));
    if (!video) co_return std::unexpected(video.error());
    if (video->at("status") == "processing") {
        auto work = co_await work_state(database_, id);
        if (!work) co_return std::unexpected(work.error());
        if (*work) (*video)["processing"] = std::move(**work);
    }
    auto rows = co_await database_.query(
        "SELECT (SELECT id FROM videos WHERE listed = 1 AND id < $1 ORDER BY id DESC LIMIT 1), "
        "(SELECT id FROM videos WHERE listed = 1 AND id > $1 ORDER BY id LIMIT 1)",
        {std::move(id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    const db::Row& ids = rows->front();
    const auto neighbour = [&](std::size_t column) {
        return ids.is_null(column) ? json::value(nullptr) : json::value(ids.text(column));
    };
    (*video)["prevVideoId"] = neighbour(0);
    (*video)["nextVideoId"] = neighbour(1);
    (*video)["isLiked"] = false;
    co_return video;
}

Task<Result<Slice>> Videos::listed(
    std::string before_id,
    std::int64_t offset,
    std::int64_t limit,
    std::string origin,
    std::string viewer_id
) {
    db::Params params{limit + 1, offset};
    std::string where = "listed = 1";
    if (!before_id.empty()) {
        params.emplace_back(std::move(before_id));
        where += " AND id < $3";
    }
    if (!viewer_id.empty()) {
        params.emplace_back(std::move(viewer_id));
        where += not_apart(fmt::format("${}", params.size()), "videos.uploader_id");
    }
    auto rows = co_await database_.query(page_sql(where), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    co_return slice_of(*rows, limit, origin, links_);
}

Task<Result<Slice>> Videos::trending(
    std::optional<TrendPlace> after, std::int64_t limit, std::string origin, std::string viewer_id
) {
    db::Params params{limit + 1, std::int64_t{0}};
    std::string where;
    if (after) {
        params.emplace_back(after->trend);
        params.emplace_back(std::move(after->id));
        where = kBehindTrend;
    }
    if (!viewer_id.empty()) {
        params.emplace_back(std::move(viewer_id));
        where += not_apart(fmt::format("${}", params.size()), "videos.uploader_id");
    }
    auto rows = co_await database_.query(trend_page_sql(where), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    co_return slice_of(*rows, limit, origin, links_);
}

Task<Result<bool>> Videos::has_walls(std::string user_id) {
    auto entry = co_await near_cache_.get(
        "walls " + user_id, {std::string(accounts::kWallsTag) + user_id},
        [this, user_id]() -> Task<Result<std::string>> {
            auto rows = co_await database_.query(
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocker_id = $1) OR EXISTS "
                "(SELECT 1 FROM blocks WHERE blocked_id = $1) OR EXISTS (SELECT 1 FROM mutes WHERE "
                "muter_id = $1) THEN 1 ELSE 0 END",
                {user_id}
            );
            if (!rows) co_return std::unexpected(rows.error());
            co_return std::string(rows->front().flag(0) ? "some" : "none");
        }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return *(*entry)->identity == "some";
}

Task<Result<std::int64_t>> Videos::count_listed() {
    auto entry = co_await near_cache_.get(
        "listed-total", {"listing"},
        [this]() -> Task<Result<std::string>> {
            auto rows = co_await database_.query("SELECT COUNT(*) FROM videos WHERE listed = 1");
            if (!rows) co_return std::unexpected(rows.error());
            co_return std::to_string(rows->front().integer(0));
        }
    );
    if (!entry) co_return std::unexpected(entry.error());
    const std::string& digits = *(*entry)->identity;
    std::int64_t total = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), total);
    co_return total;
}

Task<Result<Slice>> Videos::of_user(
    std::string user_id, bool all, std::string before_id, std::int64_t limit, std::string origin
) {
    auto user = co_await database_.query(
        "SELECT 1 FROM users WHERE id = $1 AND suspended_at IS NULL", {user_id}
    );
    if (!user) co_return std::unexpected(user.error());
    if (user->empty()) co_return fail(Errc::not_found, "User not found!");
    std::string where = "uploader_id = $3 AND hidden = 0";
    if (!all) where += " AND listed = 1";
    db::Params params{limit + 1, std::int64_t{0}, std::move(user_id)};
    if (!before_id.empty()) {
        where += " AND id < $4";
        params.emplace_back(std::move(before_id));
    }
    auto rows = co_await database_.query(page_sql(where), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    co_return slice_of(*rows, limit, origin, links_);
}

Task<Result<Progress>> Videos::progress(std::string id) {
    if (!is_id(id)) co_return not_found();
    auto rows = co_await database_.query(
        "SELECT a.id, a.state, a.failure, (SELECT MAX(j.progress) FROM jobs j WHERE j.asset_id = "
        "a.id), v.uploader_id, v.visibility "
        "FROM videos v JOIN assets a ON a.id = v.asset_id WHERE v.id = $1 AND v.hidden = 0 AND "
        "v.uploader_banned = 0",
        {id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return not_found();
    const db::Row& row = rows->front();
    Progress progress{
        .asset_id = row.text(0),
        .uploader_id = row.text(4),
        .is_private = row.text(5) == kPrivate,
        .status = std::string(status_of(row.text(1))),
        .failure = row.text(2),
        .fraction = row.is_null(3) ? 0 : row.real(3),
        .work = {}
    };
    if (progress.status == "processing") {
        auto work = co_await work_state(database_, std::move(id));
        if (!work) co_return std::unexpected(work.error());
        progress.work = std::move(*work);
    }
    co_return progress;
}

Task<Result<delivery::MediaAccess>> Videos::media_access(std::string asset_id) {
    auto entry = co_await near_cache_.get(
        "media-access " + asset_id, {media_tag(asset_id)},
        [this, asset_id]() -> Task<Result<std::string>> {
            auto rows = co_await database_.query(
                "SELECT MAX(CASE WHEN v.visibility = 'private' THEN 0 ELSE 1 END) FROM videos v "
                "WHERE v.asset_id = $1 AND v.hidden = 0 AND v.uploader_banned = 0",
                {asset_id}
            );
            if (!rows) co_return std::unexpected(rows.error());
            const db::Row& row = rows->front();
            if (row.is_null(0)) co_return std::string(kNobody);
            co_return std::string(row.flag(0) ? kEverybody : kSigned);
        }
    );
    if (!entry) co_return std::unexpected(entry.error());
    const std::string& access = *(*entry)->identity;
    if (access == kEverybody) co_return delivery::MediaAccess::everybody;
    if (access == kSigned) co_return delivery::MediaAccess::signed_paths;
    co_return delivery::MediaAccess::nobody;
}

void Videos::media_changed(const std::string& asset_id) {
    drop(media_tag(asset_id));
}

void Videos::drop(std::string_view tag) {
    near_cache_.drop(tag);
    bus_.publish("drop", std::string(tag));
}

void Videos::changed(const std::vector<std::string>& video_ids) {
    if (video_ids.empty()) return;
    drop("listing");
    counts_changed(video_ids);
}

void Videos::counts_changed(const std::vector<std::string>& video_ids) {
    if (video_ids.empty()) return;
    if (video_ids.size() > kMaxTagsAtOnce) {
        drop("videos");
    } else {
        for (const std::string& id : video_ids) drop("video:" + id);
    }
    drop("feed");
}

}  // namespace reelshare::videos
