#include "processing/twins.hpp"

#include "base/json.hpp"

namespace reelshare::processing {

Task<Result<std::optional<Twin>>> find_twin(db::Database& database, Claim claim) {
    auto rows = co_await database.query(
        "SELECT a.id, a.media_prefix, a.report, a.playable_ms, a.ready_ms FROM assets a WHERE "
        "a.content_hash = $1 AND a.id <> $2 AND a.state = 'ready' AND a.ready_ms IS NOT NULL AND "
        "EXISTS (SELECT 1 FROM videos v WHERE v.asset_id = a.id AND v.visibility <> 'private' AND "
        "COALESCE(v.thumbnail_at, -1) = $3) ORDER BY a.created_at LIMIT 1",
        {claim.content_hash, claim.asset_id, claim.thumbnail_at.value_or(-1)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return std::optional<Twin>();
    const db::Row& row = rows->front();
    const auto object = parse_json_object(row.text(2));
    if (!object) co_return std::optional<Twin>();
    auto report = media::report_from_json(*object);
    if (!report) co_return std::optional<Twin>();  // Of another version: processed anew.
    co_return Twin{
        .asset_id = row.text(0),
        .media_prefix = row.text(1),
        .report = std::move(*report),
        .playable = std::chrono::milliseconds(row.integer(3)),
        .ready = std::chrono::milliseconds(row.integer(4))
    };
}

}  // namespace reelshare::processing
