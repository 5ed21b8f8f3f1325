#include "audit/audit.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"

#include <boost/json/object.hpp>

#include <fmt/format.h>

namespace reelshare::audit {

namespace {

namespace json = boost::json;

json::value actor_json(const db::Row& row) {
    if (row.text(1).empty()) return nullptr;
    json::object actor{{"id", row.text(1)}, {"name", nullptr}};
    if (!row.is_null(2)) actor["name"] = row.text(2);
    return actor;
}

}  // namespace

Task<Result<void>> close_reports(db::Transaction& tx, std::string kind, std::string subject) {
    auto rows = co_await tx.query(
        "UPDATE reports SET state = 'resolved', resolved_at = $3 "
        "WHERE kind = $1 AND subject = $2 AND state = 'open'",
        {std::move(kind), std::move(subject), now_ms()}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Result<void>();
}

Task<Result<void>> record(db::Transaction& tx, Deed deed) {
    auto closed = co_await close_reports(tx, deed.kind, deed.subject);
    if (!closed) co_return std::unexpected(closed.error());
    auto rows = co_await tx.query(
        "INSERT INTO audit_log (id, actor_id, action, kind, subject, reason, detail, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {new_id(), std::move(deed.actor_id), std::move(deed.action), std::move(deed.kind),
         std::move(deed.subject), std::move(deed.reason), std::move(deed.detail), now_ms()}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Result<void>();
}

Task<Result<Page>> read_log(db::Database& database, std::string before_id, std::int64_t limit) {
    db::Params params{limit + 1};
    const bool keyset = !before_id.empty();
    if (keyset) params.emplace_back(std::move(before_id));
    auto rows = co_await database.query(
        fmt::format(
            "SELECT l.id, l.actor_id, u.name, l.action, l.kind, l.subject, l.reason, l.detail, "
            "l.created_at FROM audit_log l LEFT JOIN users u ON u.id = l.actor_id {} "
            "ORDER BY l.id DESC LIMIT $1",
            keyset ? "WHERE l.id < $2" : ""
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    Page page;
    for (const db::Row& row : *rows) {
        if (static_cast<std::int64_t>(page.items.size()) == limit) {
            page.more = true;
            break;
        }
        page.last_id = row.text(0);
        page.items.push_back(json::object{
            {"id", row.text(0)},
            {"actor", actor_json(row)},
            {"action", row.text(3)},
            {"kind", row.text(4)},
            {"subject", row.text(5)},
            {"reason", row.text(6)},
            {"detail", row.text(7)},
            {"createdAt", rfc3339(row.integer(8))}
        });
    }
    co_return page;
}

}  // namespace reelshare::audit
