#include "videos/pages.hpp"

#include "accounts/blocking.hpp"
#include "videos/video_json.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

std::string page_sql(std::string_view where) {
    return show_sql(
        fmt::format(
            "SELECT id AS page_id FROM videos WHERE {} ORDER BY id DESC LIMIT $1 OFFSET $2", where
        ),
        "v.id DESC"
    );
}

std::string trend_page_sql(std::string_view where) {
    return show_sql(
        fmt::format(
            "SELECT id AS page_id FROM videos WHERE listed = 1{} "
            "ORDER BY trend DESC, id DESC LIMIT $1 OFFSET $2",
            where
        ),
        "v.trend DESC, v.id DESC"
    );
}

std::string show_sql(std::string_view inner, std::string_view order) {
    return fmt::format(
        "SELECT {}, v.trend FROM ({}) page "
        "JOIN videos v ON v.id = page.page_id JOIN users u ON u.id = v.uploader_id "
        "JOIN assets a ON a.id = v.asset_id ORDER BY {}",
        kVideoColumns, inner, order
    );
}

std::string not_apart(std::string_view viewer, std::string_view uploader) {
    return fmt::format(" AND NOT {}", accounts::kept_apart(viewer, uploader));
}

std::string followed_sql(std::string_view who, std::string_view before, std::string_view limit) {
    // First the newest post of each: who has none among the newest `limit` is on no such page.
    return fmt::format(
        "SELECT p.id AS page_id FROM (SELECT f.followed_id AS who, COALESCE((SELECT x.id FROM "
        "videos x WHERE x.uploader_id = f.followed_id AND x.listed = 1 AND x.id < {1} "
        "ORDER BY x.id DESC LIMIT 1), '') AS newest FROM follows f WHERE f.follower_id = {0}{3} "
        "ORDER BY newest DESC LIMIT {2}) t JOIN videos p ON p.uploader_id = t.who AND p.listed = 1 "
        "AND p.id <= t.newest AND p.id >= COALESCE((SELECT y.id FROM videos y WHERE "
        "y.uploader_id = t.who AND y.listed = 1 AND y.id <= t.newest ORDER BY y.id DESC LIMIT 1 "
        "OFFSET {2}), '') ORDER BY p.id DESC LIMIT {2}",
        who, before, limit, not_apart(who, "f.followed_id")
    );
}

Slice slice_of(
    const db::Rows& rows,
    std::int64_t limit,
    std::string_view origin,
    const delivery::MediaLinks& links
) {
    Slice slice;
    for (const db::Row& row : rows) {
        if (static_cast<std::int64_t>(slice.videos.size()) == limit) {
            slice.more = true;
            break;
        }
        slice.last_id = row.text(0);
        slice.last_trend = row.real(kTrendColumn);
        slice.videos.push_back(video_json(row, origin, links));
    }
    return slice;
}

}  // namespace reelshare::videos
