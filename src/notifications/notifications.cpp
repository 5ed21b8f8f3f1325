#include "notifications/notifications.hpp"

#include "accounts/person.hpp"
#include "base/id.hpp"
#include "db/batches.hpp"

#include <fmt/format.h>

namespace reelshare::notifications {

namespace {

namespace json = boost::json;

/// So many at once go to a stream that has fallen behind.
constexpr std::int64_t kBurst = 50;

constexpr std::string_view kColumns =
    "n.id, n.kind, n.actor_id, u.name, n.actor_count, v.id, v.title, c.id, c.content, n.is_read, "
    "n.created_at, u.avatar";
/// What a moderator took from everybody is named here no more, and nobody who is banned.
constexpr std::string_view kTables =
    "notifications n JOIN users u ON u.id = n.actor_id AND u.suspended_at IS NULL "
    "LEFT JOIN videos v ON v.id = n.video_id AND v.hidden = 0 AND v.uploader_banned = 0 "
    "LEFT JOIN comments c ON c.id = n.comment_id AND c.hidden = 0 AND c.author_banned = 0 "
    "AND v.id IS NOT NULL";

json::value text_or_null(const db::Row& row, std::size_t column) {
    return row.is_null(column) ? json::value(nullptr) : json::value(row.text(column));
}

json::object notification_json(const db::Row& row, std::string_view origin) {
    json::object one{
        {"id", row.text(0)},
        {"kind", row.text(1)},
        {"actor", accounts::person_json(origin, row.text(2), row.text(3), row.text(11))},
        {"actorCount", row.integer(4)},
        {"video", nullptr},
        {"comment", nullptr},
        {"isRead", row.flag(9)},
        {"createdAt", rfc3339(row.integer(10))}
    };
    if (!row.is_null(5))
        one["video"] = json::object{{"id", row.text(5)}, {"title", text_or_null(row, 6)}};
    if (!row.is_null(7))
        one["comment"] = json::object{{"id", row.text(7)}, {"content", text_or_null(row, 8)}};
    return one;
}

/// One row more than `limit` was asked for, to learn whether there is more.
NotificationList list_of(const db::Rows& rows, std::int64_t limit, std::string_view origin) {
    NotificationList list;
    for (const db::Row& row : rows) {
        if (static_cast<std::int64_t>(list.notifications.size()) == limit) {
            list.more = true;
            break;
        }
        list.last_id = row.text(0);
        list.notifications.push_back(notification_json(row, origin));
    }
    return list;
}

}  // namespace

Notifications::Notifications(db::Database& database, cache::Bus& bus, NotificationOptions options)
    : database_(database), bus_(bus), options_(options), streams_(options.streams) {}

Task<Result<NotificationList>> Notifications::list(
    std::string user_id, std::string before_id, std::int64_t limit, std::string origin
) {
    db::Params params{std::move(user_id), limit + 1};
    if (!before_id.empty()) params.emplace_back(before_id);
    auto rows = co_await database_.query(
        fmt::format(
            "SELECT {} FROM {} WHERE n.user_id = $1{} ORDER BY n.id DESC LIMIT $2", kColumns,
            kTables, before_id.empty() ? "" : " AND n.id < $3"
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return list_of(*rows, limit, origin);
}

Task<Result<NotificationList>> Notifications::since(
    std::string user_id, std::string after_id, std::string origin
) {
    auto rows = co_await database_.query(
        fmt::format(
            "SELECT {} FROM {} WHERE n.user_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3", kColumns,
            kTables
        ),
        {std::move(user_id), std::move(after_id), kBurst + 1}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return list_of(*rows, kBurst, origin);
}

Task<Result<std::int64_t>> Notifications::unread(std::string user_id) {
    auto rows = co_await database_.query(
        "SELECT COUNT(*) FROM notifications n JOIN users u ON u.id = n.actor_id AND "
        "u.suspended_at IS NULL WHERE n.user_id = $1 AND n.is_read = 0",
        {std::move(user_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().integer(0);
}

Task<Result<std::int64_t>> Notifications::mark_read(
    std::string user_id, std::string until_id, bool only
) {
    std::string sql = "UPDATE notifications SET is_read = 1 WHERE user_id = $1 AND is_read = 0";
    db::Params params{std::move(user_id)};
    if (!until_id.empty()) {
        sql += only ? " AND id = $2" : " AND id <= $2";
        params.emplace_back(std::move(until_id));
    }
    auto marked = co_await database_.execute(std::move(sql), std::move(params));
    if (!marked) co_return std::unexpected(marked.error());
    co_return marked->affected;
}

Task<Result<void>> Notifications::prune() {
    const UnixMillis oldest = now_ms() - options_.max_age.count();
    for (const auto& [table, key] :
         {std::pair("notifications", "id"), std::pair("notices_given", "created_at")}) {
        auto pruned = co_await db::delete_in_batches(
            database_,
            fmt::format(
                "DELETE FROM {} WHERE {} IN (SELECT {} FROM {} WHERE created_at < $1 ORDER BY "
                "created_at LIMIT {})",
                table, key, key, table, db::kBatch
            ),
            {oldest}
        );
        if (!pruned) co_return std::unexpected(pruned.error());
    }
    auto pruned = co_await db::delete_in_batches(
        database_,
        fmt::format(
            "DELETE FROM notifications WHERE id IN (SELECT ranked.id FROM (SELECT id, ROW_NUMBER() "
            "OVER (PARTITION BY user_id ORDER BY id DESC) AS place FROM notifications) ranked "
            "WHERE ranked.place > $1 LIMIT {})",
            db::kBatch
        ),
        {options_.max_per_user}
    );
    if (!pruned) co_return std::unexpected(pruned.error());
    co_return Result<void>();
}

}  // namespace reelshare::notifications
