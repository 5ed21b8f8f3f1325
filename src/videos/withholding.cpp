#include "videos/withholding.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

namespace {

Withheld withheld_of(const db::Rows& rows) {
    Withheld withheld;
    for (const db::Row& row : rows) {
        withheld.video_ids.push_back(row.text(0));
        withheld.asset_ids.push_back(row.text(1));
    }
    return withheld;
}

}  // namespace

std::string is_listed(std::string_view shown) {
    return fmt::format(
        "visibility = 'public' AND {} AND EXISTS (SELECT 1 FROM assets WHERE assets.id = "
        "videos.asset_id AND assets.state IN ('playable', 'ready'))",
        shown
    );
}

Task<Result<Withheld>> set_hidden(db::Transaction& tx, std::string video_id, bool hidden) {
    auto rows = co_await tx.query(
        fmt::format(
            "UPDATE videos SET hidden = $2, listed = CASE WHEN {} THEN 1 ELSE 0 END WHERE id = $1 "
            "RETURNING id, asset_id",
            hidden ? "0 = 1" : is_listed("uploader_banned = 0")
        ),
        {std::move(video_id), std::int64_t{hidden}}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    co_return withheld_of(*rows);
}

Task<Result<Withheld>> set_uploader_banned(db::Transaction& tx, std::string user_id, bool banned) {
    auto rows = co_await tx.query(
        fmt::format(
            "UPDATE videos SET uploader_banned = $2, listed = CASE WHEN {} THEN 1 ELSE 0 END "
            "WHERE uploader_id = $1 RETURNING id, asset_id",
            banned ? "0 = 1" : is_listed("hidden = 0")
        ),
        {std::move(user_id), std::int64_t{banned}}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return withheld_of(*rows);
}

}  // namespace reelshare::videos
