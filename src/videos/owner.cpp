// What an owner, or a moderator, does with a post: change it, delete it.

#include "audit/audit.hpp"
#include "base/id.hpp"
#include "videos/forget_user.hpp"
#include "videos/tags.hpp"
#include "videos/videos.hpp"
#include "videos/visibility.hpp"
#include "webhooks/outbox.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

namespace {

db::Value text_or_null(std::optional<std::string> text) {
    return text ? db::Value(std::move(*text)) : db::Value();
}

/// The tags after a change: those given, else those there were, and the hashtags of a new
/// title or description.
Task<Result<void>> change_tags(db::Transaction& tx, const std::string& id, VideoChange change) {
    if (!change.tags && !change.title && !change.description) co_return Result<void>();
    if (!change.tags) {
        auto rows = co_await tx.query("SELECT tags FROM videos WHERE id = $1", {id});
        if (!rows) co_return std::unexpected(rows.error());
        if (!rows->empty()) change.tags = tags_of_json(rows->front().text(0));
    }
    std::vector<std::string> tags = with_hashtags(
        std::move(change.tags).value_or(std::vector<std::string>()),
        change.title.value_or(std::string()) + '\n' + change.description.value_or(std::string())
    );
    auto written =
        co_await tx.query("UPDATE videos SET tags = $2 WHERE id = $1", {id, tags_json(tags)});
    if (!written) co_return std::unexpected(written.error());
    auto stored = co_await store_tags(tx, id, std::move(tags));
    co_return stored;
}

}  // namespace

Task<Result<Leftovers>> remove_asset(db::Transaction& tx, std::string asset_id) {
    auto rows = co_await tx.query(
        "DELETE FROM assets WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM videos WHERE asset_id = "
        "$1) "
        "RETURNING source_key",
        {asset_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    Leftovers leftovers;
    if (rows->empty()) co_return leftovers;
    leftovers.asset_id = std::move(asset_id);
    std::string source_key = rows->front().text(0);
    auto users =
        co_await tx.query("SELECT 1 FROM assets WHERE source_key = $1 LIMIT 1", {source_key});
    if (!users) co_return std::unexpected(users.error());
    if (users->empty()) leftovers.source_key = std::move(source_key);
    co_return leftovers;
}

/// What somebody else does to it is a moderator's deed.
Task<Result<void>> Videos::note_moderator(
    db::Transaction& tx, std::string user_id, std::string action, std::string id, Owned owned
) {
    if (user_id == owned.owner_id) co_return Result<void>();
    auto noted = co_await audit::record(
        tx, {.actor_id = std::move(user_id),
             .action = std::move(action),
             .kind = "video",
             .subject = std::move(id),
             .detail = owned.owner_id + ": " + owned.title}
    );
    co_return noted;
}

Task<Result<Videos::Owned>> Videos::require_owner(
    db::Transaction& tx, std::string id, std::string user_id, bool any_owner
) {
    auto rows = co_await tx.query(
        fmt::format(
            "SELECT v.uploader_id, v.title FROM videos v JOIN assets a ON a.id = v.asset_id "
            "WHERE v.id = $1 AND ({}{}{})",
            may_see("$2"), any_owner ? " OR " : "", any_owner ? may_judge() : ""
        ),
        {std::move(id), user_id}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
    Owned owned{.owner_id = rows->front().text(0), .title = rows->front().text(1)};
    if (any_owner || owned.owner_id == user_id) co_return owned;
    co_return fail(Errc::forbidden, "Only its owner can do this.");
}

Task<Result<void>> Videos::change(
    std::string id, std::string user_id, VideoChange change, bool any_owner
) {
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    auto asset_id = co_await database_.transaction<std::string>(
        [&](db::Transaction& tx) -> Task<Result<std::string>> {
            auto owner = co_await require_owner(tx, id, user_id, any_owner);
            if (!owner) co_return std::unexpected(owner.error());
            auto noted = co_await note_moderator(tx, user_id, "change", id, *owner);
            if (!noted) co_return std::unexpected(noted.error());
            auto rows = co_await tx.query(
                "UPDATE videos SET title = COALESCE($3, title), description = COALESCE($4, "
                "description), "
                "visibility = COALESCE($5, visibility), updated_at = $6 "
                "WHERE id = $1 AND uploader_id = $2 RETURNING asset_id",
                {id, owner->owner_id, text_or_null(change.title), text_or_null(change.description),
                 text_or_null(change.visibility), now_ms()}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
            std::string asset = rows->front().text(0);
            auto tagged = co_await change_tags(tx, id, change);
            if (!tagged) co_return std::unexpected(tagged.error());
            auto listed_now = co_await refresh_listing(tx, asset);
            if (!listed_now) co_return std::unexpected(listed_now.error());
            co_return asset;
        }
    );
    if (!asset_id) co_return std::unexpected(asset_id.error());
    changed({id});
    if (change.visibility) media_changed(*asset_id);
    co_return Result<void>();
}

Task<Result<Leftovers>> Videos::remove(std::string id, std::string user_id, bool any_owner) {
    if (!is_id(id)) co_return fail(Errc::not_found, "Video not found!");
    auto leftovers = co_await database_.transaction<Leftovers>(
        [&](db::Transaction& tx) -> Task<Result<Leftovers>> {
            auto owner = co_await require_owner(tx, id, user_id, any_owner);
            if (!owner) co_return std::unexpected(owner.error());
            auto noted = co_await note_moderator(tx, user_id, "remove", id, *owner);
            if (!noted) co_return std::unexpected(noted.error());
            auto closed = co_await audit::close_reports(tx, "video", id);
            if (!closed) co_return std::unexpected(closed.error());
            auto rows = co_await tx.query(
                "DELETE FROM videos WHERE id = $1 AND uploader_id = $2 RETURNING asset_id",
                {id, owner->owner_id}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return fail(Errc::not_found, "Video not found!");
            auto told = co_await webhooks::record(
                tx, "video.deleted", {{"videoId", id}, {"uploaderId", owner->owner_id}}
            );
            if (!told) co_return std::unexpected(told.error());
            auto removed = co_await remove_asset(tx, rows->front().text(0));
            co_return removed;
        }
    );
    if (!leftovers) co_return leftovers;
    changed({id});
    if (!leftovers->asset_id.empty()) media_changed(leftovers->asset_id);
    co_return leftovers;
}

}  // namespace reelshare::videos
