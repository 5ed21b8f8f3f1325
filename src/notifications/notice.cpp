#include "notifications/notice.hpp"

#include "accounts/blocking.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

#include <fmt/format.h>

namespace reelshare::notifications {

namespace {

db::Value id_or_null(std::string id) {
    return id.empty() ? db::Value() : db::Value(std::move(id));
}

/// Each comment is a notice of its own; likes are about the post or comment that is liked.
const std::string& subject_of(const Notice& notice) {
    return notice.comment_id.empty() ? notice.video_id : notice.comment_id;
}

/// False where this was told before.
Task<Result<bool>> is_first(db::Transaction& tx, const Notice& notice) {
    auto rows = co_await tx.query(
        "INSERT INTO notices_given (actor_id, user_id, kind, subject, created_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (actor_id, user_id, kind, subject) DO NOTHING",
        {notice.actor_id, notice.user_id, notice.kind, subject_of(notice), now_ms()}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->affected > 0;
}

Task<Result<bool>> is_wanted(db::Transaction& tx, const Notice& notice) {
    auto rows = co_await tx.query(
        fmt::format(
            "SELECT CASE WHEN {} OR {} THEN 0 ELSE 1 END", accounts::has_blocked("$1", "$2"),
            accounts::has_muted("$1", "$2")
        ),
        {notice.user_id, notice.actor_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return rows->front().flag(0);
}

}  // namespace

Task<Result<bool>> note(db::Transaction& tx, Notice notice) {
    if (notice.user_id == notice.actor_id) co_return false;
    auto wanted = co_await is_wanted(tx, notice);
    if (!wanted) co_return std::unexpected(wanted.error());
    if (!*wanted) co_return false;
    auto first = co_await is_first(tx, notice);
    if (!first) co_return std::unexpected(first.error());
    if (!*first) co_return false;
    auto rows = co_await tx.query(
        "INSERT INTO notifications (id, user_id, kind, subject, actor_id, video_id, comment_id, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        "ON CONFLICT (user_id, kind, subject) WHERE is_read = 0 DO UPDATE SET id = excluded.id, "
        "actor_id = excluded.actor_id, created_at = excluded.created_at, "
        "actor_count = notifications.actor_count + 1",
        {new_id(), notice.user_id, notice.kind, subject_of(notice), notice.actor_id,
         id_or_null(notice.video_id), id_or_null(notice.comment_id), now_ms()}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return true;
}

std::string topic_of(const std::string& user_id) {
    return "user:" + user_id;
}

void announce(cache::Bus& bus, const std::string& user_id) {
    bus.publish(topic_of(user_id), "notification");
}

}  // namespace reelshare::notifications
