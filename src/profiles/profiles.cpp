#include "profiles/profiles.hpp"

#include "base/id.hpp"
#include "profiles/deletion.hpp"

#include <utility>

namespace reelshare::profiles {

namespace {

std::optional<std::string> text_or_nothing(const db::Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.text(column));
}

db::Value text_or_null(const std::optional<std::string>& text) {
    return text ? db::Value(*text) : db::Value();
}

std::unexpected<Error> no_such_user() {
    return fail(Errc::not_found, "User not found!");
}

}  // namespace

Profiles::Profiles(
    db::Database& database, videos::Videos& videos, cache::NearCache& near_cache, cache::Bus& bus
)
    : database_(database), videos_(videos), near_cache_(near_cache), bus_(bus) {}

Task<Result<Profile>> Profiles::find(std::string user_id, bool for_others) {
    if (!is_id(user_id)) co_return no_such_user();
    auto found = co_await database_.query(
        "SELECT u.name, u.bio, u.created_at, u.email, u.contact, u.role, u.updated_at, "
        "u.suspended_at, u.follower_count, u.following_count, "
        "(SELECT COUNT(*) FROM videos v WHERE v.uploader_id = u.id AND v.listed = 1), "
        "(SELECT CAST(COALESCE(SUM(v.like_count), 0) AS BIGINT) FROM videos v "
        "WHERE v.uploader_id = u.id AND v.listed = 1), u.avatar "
        "FROM users u WHERE u.id = $1",
        {user_id}
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return no_such_user();
    const db::Row& row = found->front();
    if (for_others && !row.is_null(7)) co_return no_such_user();
    co_return Profile{
        .id = std::move(user_id),
        .name = row.text(0),
        .bio = text_or_nothing(row, 1),
        .avatar = row.text(12),
        .created_at = row.integer(2),
        .videos = row.integer(10),
        .likes = row.integer(11),
        .followers = row.integer(8),
        .following = row.integer(9),
        .email = row.text(3),
        .contact = text_or_nothing(row, 4),
        .role = row.text(5),
        .updated_at = row.integer(6)
    };
}

Task<Result<void>> Profiles::change(std::string user_id, ProfileChange change) {
    auto changed = co_await database_.execute(
        "UPDATE users SET name = COALESCE($2, name), "
        "contact = NULLIF(COALESCE($3, contact), ''), bio = NULLIF(COALESCE($4, bio), ''), "
        "updated_at = $5 WHERE id = $1",
        {user_id, text_or_null(change.name), text_or_null(change.contact), text_or_null(change.bio),
         now_ms()}
    );
    if (!changed) co_return std::unexpected(changed.error());
    if (changed->affected == 0) co_return no_such_user();
    if (!change.name) co_return Result<void>();
    auto told = co_await looks_changed(std::move(user_id));
    co_return told;
}

Task<Result<std::string>> Profiles::set_avatar(std::string user_id, std::string version) {
    const db::Value wanted = version.empty() ? db::Value() : db::Value(std::move(version));
    // Two at once: each takes out of the store what it has replaced.
    auto before = co_await database_.transaction<std::string>(
        [&](db::Transaction& tx) -> Task<Result<std::string>> {
            auto locked = co_await tx.query(
                "UPDATE users SET name = name WHERE id = $1 RETURNING avatar", {user_id}
            );
            if (!locked) co_return std::unexpected(locked.error());
            if (locked->empty()) co_return no_such_user();
            auto set = co_await tx.query(
                "UPDATE users SET avatar = $2, updated_at = $3 WHERE id = $1",
                {user_id, wanted, now_ms()}
            );
            if (!set) co_return std::unexpected(set.error());
            co_return locked->front().text(0);
        }
    );
    if (!before) co_return before;
    auto told = co_await looks_changed(std::move(user_id));
    if (!told) co_return std::unexpected(told.error());
    co_return before;
}

Task<Result<std::string>> Profiles::shown_avatar(std::string user_id) {
    auto entry = co_await near_cache_.get(
        "avatar " + user_id, {"people"},
        [this, user_id]() -> Task<Result<std::string>> {
            auto rows = co_await database_.query(
                "SELECT avatar FROM users WHERE id = $1 AND suspended_at IS NULL", {user_id}
            );
            if (!rows) co_return std::unexpected(rows.error());
            co_return rows->empty() ? std::string() : rows->front().text(0);
        }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return *(*entry)->identity;
}

Task<Result<Profiles::Left>> Profiles::remove(std::string user_id) {
    auto deleted = co_await delete_account(database_, user_id);
    if (!deleted) co_return std::unexpected(deleted.error());
    if (!deleted->videos.posts.empty()) videos_.changed(deleted->videos.posts);
    if (!deleted->videos.liked.empty()) {
        videos_.likes_changed(user_id);
        videos_.counts_changed(deleted->videos.liked);
    }
    if (!deleted->commented.empty()) videos_.counts_changed(deleted->commented);
    for (const char* lists : {"listing", "people"}) drop(lists);
    co_return Left{
        .media = std::move(deleted->videos.leftovers), .avatar = std::move(deleted->avatar)
    };
}

Task<Result<void>> Profiles::looks_changed(std::string user_id) {
    auto posts =
        co_await database_.query("SELECT id FROM videos WHERE uploader_id = $1", {user_id});
    if (!posts) co_return std::unexpected(posts.error());
    std::vector<std::string> ids;
    for (const db::Row& row : *posts) ids.push_back(row.text(0));
    if (!ids.empty()) videos_.changed(ids);
    for (const char* lists : {"listing", "people"}) drop(lists);
    co_return Result<void>();
}

void Profiles::drop(const std::string& tag) {
    cache::drop_everywhere(near_cache_, bus_, tag);
}

}  // namespace reelshare::profiles
