#include "webhooks/outbox.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace reelshare::webhooks {

Task<Result<void>> record(db::Transaction& tx, std::string event, boost::json::object data) {
    const std::string id = new_id();
    const boost::json::object payload{
        {"id", id}, {"type", event}, {"createdAt", rfc3339(now_ms())}, {"data", std::move(data)}
    };
    const auto recorded = co_await tx.query(
        "INSERT INTO webhook_deliveries (id, url, event, payload, state, run_at, created_at) "
        "SELECT CAST($1 AS TEXT) || ':' || CAST(position AS TEXT), url, CAST($2 AS TEXT), "
        "CAST($3 AS TEXT), 'waiting', now_ms(), now_ms() FROM webhook_targets",
        {id, std::move(event), boost::json::serialize(payload)}
    );
    if (!recorded) co_return std::unexpected(recorded.error());
    co_return Result<void>();
}

Task<Result<void>> set_targets(db::Database& database, std::vector<std::string> urls) {
    // Nearly every start finds what it would write: reading spares it a durable write.
    auto known = co_await database.query("SELECT url FROM webhook_targets ORDER BY position");
    if (!known) co_return std::unexpected(known.error());
    if (std::ranges::equal(*known, urls, {}, [](const db::Row& row) { return row.text(0); }))
        co_return Result<void>();
    auto set = co_await database.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
        auto cleared = co_await tx.query("DELETE FROM webhook_targets");
        if (!cleared) co_return std::unexpected(cleared.error());
        for (std::size_t i = 0; i < urls.size(); ++i) {
            // Another node that starts in this moment writes the same.
            auto added = co_await tx.query(
                "INSERT INTO webhook_targets (position, url) VALUES ($1, $2) "
                "ON CONFLICT (position) DO UPDATE SET url = excluded.url",
                {static_cast<std::int64_t>(i), urls[i]}
            );
            if (!added) co_return std::unexpected(added.error());
        }
        co_return true;
    });
    if (!set) co_return std::unexpected(set.error());
    co_return Result<void>();
}

}  // namespace reelshare::webhooks
