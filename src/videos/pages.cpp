#include "videos/pages.hpp"

#include "videos/video_json.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

std::string page_sql(std::string_view where) {
    return fmt::format(
        "SELECT {} FROM (SELECT id AS page_id FROM videos WHERE {} ORDER BY id DESC LIMIT $1 "
        "OFFSET $2) page "
        "JOIN videos v ON v.id = page.page_id JOIN users u ON u.id = v.uploader_id "
        "JOIN assets a ON a.id = v.asset_id ORDER BY v.id DESC",
        kVideoColumns, where
    );
}

std::string trend_page_sql(bool behind_a_place) {
    return fmt::format(
        "SELECT {}, v.trend FROM (SELECT id AS page_id FROM videos WHERE listed = 1{} "
        "ORDER BY trend DESC, id DESC LIMIT $1 OFFSET $2) page "
        "JOIN videos v ON v.id = page.page_id JOIN users u ON u.id = v.uploader_id "
        "JOIN assets a ON a.id = v.asset_id ORDER BY v.trend DESC, v.id DESC",
        kVideoColumns, behind_a_place ? " AND (trend, id) < ($3, $4)" : ""
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
        slice.videos.push_back(video_json(row, origin, links));
    }
    return slice;
}

}  // namespace reelshare::videos
