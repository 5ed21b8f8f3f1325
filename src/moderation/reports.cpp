#include "moderation/reports.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "comments/withholding.hpp"
#include "videos/visibility.hpp"

#include <boost/json/object.hpp>

#include <fmt/format.h>

namespace reelshare::moderation {

namespace {

namespace json = boost::json;

std::unexpected<Error> unknown(std::string_view kind) {
    if (kind == "user") return fail(Errc::not_found, "User not found!");
    return fail(Errc::not_found, kind == "video" ? "Video not found!" : "Comment not found!");
}

/// Whose it is, where the reporter may see it.
Task<Result<std::string>> owner_of(db::Database& database, const Report& report) {
    std::string sql = "SELECT id FROM users WHERE id = $1 AND suspended_at IS NULL";
    db::Params params{report.subject};
    if (report.kind != "user") {
        const bool video = report.kind == "video";
        sql = fmt::format(
            "SELECT {} JOIN assets a ON a.id = v.asset_id WHERE {} AND {}",
            video ? "v.uploader_id FROM videos v"
                  : "c.user_id FROM comments c JOIN videos v ON v.id = c.video_id",
            video ? "v.id = $1" : "c.id = $1 AND " + comments::is_shown(), videos::may_see("$2")
        );
        params.emplace_back(report.reporter_id);
    }
    auto rows = co_await database.query(std::move(sql), std::move(params));
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return unknown(report.kind);
    co_return rows->front().text(0);
}

json::value target_json(const db::Row& row, std::size_t first) {
    if (row.is_null(first + 1)) return nullptr;
    json::object target{
        {"text", row.text(first)},
        {"ownerId", row.text(first + 1)},
        {"videoId", nullptr},
        {"hidden", row.flag(first + 3)}
    };
    if (!row.is_null(first + 2)) target["videoId"] = row.text(first + 2);
    return target;
}

json::object report_json(const db::Row& row) {
    json::object report{
        {"id", row.text(0)},
        {"kind", row.text(1)},
        {"subject", row.text(2)},
        {"reason", row.text(3)},
        {"state", row.text(4)},
        {"reporter", {{"id", row.text(5)}, {"name", row.text(6)}}},
        {"target", target_json(row, 9)},
        {"createdAt", rfc3339(row.integer(7))},
        {"resolvedAt", nullptr}
    };
    if (!row.is_null(8)) report["resolvedAt"] = rfc3339(row.integer(8));
    return report;
}

}  // namespace

Task<Result<std::string>> add_report(db::Database& database, Report report) {
    if (!is_id(report.subject)) co_return unknown(report.kind);
    auto owner = co_await owner_of(database, report);
    if (!owner) co_return owner;
    if (*owner == report.reporter_id) co_return fail_field("id", "This is your own.");
    auto added = co_await database.execute(
        "INSERT INTO reports (id, reporter_id, kind, subject, reason, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (reporter_id, kind, subject) DO UPDATE SET "
        "id = excluded.id, reason = excluded.reason, state = 'open', "
        "created_at = excluded.created_at, resolved_at = NULL WHERE reports.state = 'resolved' "
        "RETURNING id",
        {new_id(), report.reporter_id, report.kind, report.subject, std::move(report.reason),
         now_ms()}
    );
    if (!added) co_return std::unexpected(added.error());
    if (!added->empty()) co_return added->front().text(0);
    co_return std::unexpected(Error{
        .code = Errc::conflict,
        .message = "You have reported this already.",
        .word = "already_reported"
    });
}

Task<Result<audit::Page>> list_reports(
    db::Database& database, std::string state, std::string before_id, std::int64_t limit
) {
    db::Params params{std::move(state), limit + 1};
    const bool keyset = !before_id.empty();
    if (keyset) params.emplace_back(std::move(before_id));
    auto rows = co_await database.query(
        fmt::format(
            "SELECT r.id, r.kind, r.subject, r.reason, r.state, u.id, u.name, r.created_at, "
            "r.resolved_at, COALESCE(v.title, c.content, s.name), "
            "COALESCE(v.uploader_id, c.user_id, s.id), COALESCE(v.id, c.video_id), "
            "CASE WHEN v.hidden = 1 OR v.uploader_banned = 1 OR c.hidden = 1 OR "
            "c.author_banned = 1 OR s.suspended_at IS NOT NULL THEN 1 ELSE 0 END "
            "FROM reports r JOIN users u ON u.id = r.reporter_id "
            "LEFT JOIN videos v ON r.kind = 'video' AND v.id = r.subject "
            "LEFT JOIN comments c ON r.kind = 'comment' AND c.id = r.subject "
            "LEFT JOIN users s ON r.kind = 'user' AND s.id = r.subject "
            "WHERE r.state = $1{} ORDER BY r.id DESC LIMIT $2",
            keyset ? " AND r.id < $3" : ""
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    audit::Page page;
    for (const db::Row& row : *rows) {
        if (static_cast<std::int64_t>(page.items.size()) == limit) {
            page.more = true;
            break;
        }
        page.last_id = row.text(0);
        page.items.push_back(report_json(row));
    }
    co_return page;
}

Task<Result<void>> resolve_report(db::Transaction& tx, std::string id) {
    auto rows = co_await tx.query(
        "UPDATE reports SET state = 'resolved', resolved_at = $2 WHERE id = $1 AND state = 'open'",
        {std::move(id), now_ms()}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->affected == 0) co_return fail(Errc::not_found, "There is no such open report.");
    co_return Result<void>();
}

}  // namespace reelshare::moderation
