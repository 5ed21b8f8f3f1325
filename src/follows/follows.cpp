#include "follows/follows.hpp"

#include "accounts/blocking.hpp"
#include "accounts/person.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "cache/invalidation.hpp"
#include "notifications/notice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reelshare::follows {

namespace {

namespace json = boost::json;

std::unexpected<Error> no_user() {
    return fail(Errc::not_found, "User not found!");
}

/// 1 or 0: how many rows came or went.
Task<Result<std::int64_t>> move_row(
    db::Transaction& tx, std::string follower_id, std::string followed_id, bool follow
) {
    std::string sql = "DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2";
    db::Params params{std::move(follower_id), std::move(followed_id)};
    if (follow) {
        sql =
            "INSERT INTO follows (follower_id, followed_id, id, created_at) VALUES ($1, $2, $3, "
            "$4) ON CONFLICT (follower_id, followed_id) DO NOTHING";
        params.emplace_back(new_id());
        params.emplace_back(now_ms());
    }
    auto moved = co_await tx.query(std::move(sql), std::move(params));
    if (!moved) co_return std::unexpected(moved.error());
    co_return moved->affected;
}

/// Adds to the counts of both. In the order of their ids: two who follow each other at the same
/// moment must not wait for each other's row.
Task<Result<void>> count(
    db::Transaction& tx,
    const std::string& follower_id,
    const std::string& followed_id,
    std::int64_t difference
) {
    std::array ids{&follower_id, &followed_id};
    std::ranges::sort(ids, [](const auto* a, const auto* b) { return *a < *b; });
    for (const std::string* id : ids) {
        const std::string_view column = id == &follower_id ? "following_count" : "follower_count";
        auto counted = co_await tx.query(
            fmt::format("UPDATE users SET {} = {} + $2 WHERE id = $1", column, column),
            {*id, difference}
        );
        if (!counted) co_return std::unexpected(counted.error());
    }
    co_return Result<void>();
}

Task<Result<bool>> apply(
    db::Transaction& tx, std::string follower_id, std::string followed_id, bool follow
) {
    auto user = co_await tx.query(
        fmt::format(
            "SELECT CASE WHEN {} OR {} THEN 1 ELSE 0 END FROM users u "
            "WHERE u.id = $1 AND u.suspended_at IS NULL",
            accounts::has_blocked("$1", "$2"), accounts::has_blocked("$2", "$1")
        ),
        {followed_id, follower_id}
    );
    if (!user) co_return std::unexpected(user.error());
    if (user->empty()) co_return no_user();
    if (follow && user->front().flag(0)) co_return accounts::refused_by_block();
    auto moved = co_await move_row(tx, follower_id, followed_id, follow);
    if (!moved) co_return std::unexpected(moved.error());
    if (*moved == 0) co_return false;
    auto counted = co_await count(tx, follower_id, followed_id, follow ? 1 : -1);
    if (!counted) co_return std::unexpected(counted.error());
    if (!follow) co_return true;
    auto noted = co_await notifications::note(
        tx,
        {.user_id = std::move(followed_id), .actor_id = std::move(follower_id), .kind = "follow"}
    );
    if (!noted) co_return std::unexpected(noted.error());
    co_return true;
}

}  // namespace

Task<Result<bool>> end_follow(
    db::Transaction& tx, std::string follower_id, std::string followed_id
) {
    auto moved = co_await move_row(tx, follower_id, followed_id, false);
    if (!moved) co_return std::unexpected(moved.error());
    if (*moved == 0) co_return false;
    auto counted = co_await count(tx, follower_id, followed_id, -1);
    if (!counted) co_return std::unexpected(counted.error());
    co_return true;
}

Follows::Follows(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus)
    : database_(database), near_cache_(near_cache), bus_(bus) {}

Task<Result<bool>> Follows::follow(std::string follower_id, std::string followed_id) {
    if (follower_id == followed_id) {
        co_return std::unexpected(Error{
            .code = Errc::invalid,
            .message = "You cannot follow yourself",
            .fields = {{"userId", "You cannot follow yourself"}},
            .word = "follows_self"
        });
    }
    auto changed = co_await change(std::move(follower_id), std::move(followed_id), true);
    co_return changed;
}

Task<Result<bool>> Follows::unfollow(std::string follower_id, std::string followed_id) {
    auto changed = co_await change(std::move(follower_id), std::move(followed_id), false);
    co_return changed;
}

Task<Result<bool>> Follows::change(std::string follower_id, std::string followed_id, bool follow) {
    if (!is_id(followed_id)) co_return no_user();
    auto changed =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            return apply(tx, follower_id, followed_id, follow);
        });
    // A user who is deleted at the same moment is a constraint's no.
    if (!changed && changed.error().code == Errc::conflict) co_return no_user();
    if (!changed || !*changed) co_return changed;
    for (const std::string& id : {follower_id, followed_id})
        cache::drop_everywhere(near_cache_, bus_, "follows:" + id);
    if (follow) notifications::announce(bus_, followed_id);
    co_return changed;
}

Task<Result<Relation>> Follows::relation(std::string viewer_id, std::string other_id) {
    if (!is_id(other_id)) co_return no_user();
    auto rows = co_await database_.query(
        "SELECT u.follower_count, u.following_count, "
        "(SELECT COUNT(*) FROM follows WHERE follower_id = $1 AND followed_id = $2), "
        "(SELECT COUNT(*) FROM follows WHERE follower_id = $2 AND followed_id = $1) "
        "FROM users u WHERE u.id = $2 AND u.suspended_at IS NULL",
        {std::move(viewer_id), std::move(other_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return no_user();
    const db::Row& row = rows->front();
    co_return Relation{
        .is_following = row.flag(2),
        .is_followed_by = row.flag(3),
        .follower_count = row.integer(0),
        .following_count = row.integer(1)
    };
}

Task<Result<People>> Follows::people_of(
    std::string user_id, Side side, std::string before_id, std::int64_t limit, std::string origin
) {
    if (!is_id(user_id)) co_return no_user();
    const bool followers = side == Side::followers;
    auto user = co_await database_.query(
        fmt::format(
            "SELECT {} FROM users WHERE id = $1 AND suspended_at IS NULL",
            followers ? "follower_count" : "following_count"
        ),
        {user_id}
    );
    if (!user) co_return std::unexpected(user.error());
    if (user->empty()) co_return no_user();
    db::Params params{std::move(user_id), limit + 1};
    if (!before_id.empty()) params.emplace_back(before_id);
    auto rows = co_await database_.query(
        fmt::format(
            "SELECT f.id, u.id, u.name, f.created_at, u.avatar FROM follows f JOIN users u ON u.id "
            "= f.{} "
            "WHERE f.{} = $1 AND u.suspended_at IS NULL{} ORDER BY f.id DESC LIMIT $2",
            followers ? "follower_id" : "followed_id", followers ? "followed_id" : "follower_id",
            before_id.empty() ? "" : " AND f.id < $3"
        ),
        std::move(params)
    );
    if (!rows) co_return std::unexpected(rows.error());
    People found{.people = {}, .last_id = {}, .total = user->front().integer(0)};
    for (const db::Row& row : *rows) {
        if (static_cast<std::int64_t>(found.people.size()) == limit) {
            found.more = true;
            break;
        }
        found.last_id = row.text(0);
        json::object person = accounts::person_json(origin, row.text(1), row.text(2), row.text(4));
        person["followedAt"] = rfc3339(row.integer(3));
        found.people.push_back(std::move(person));
    }
    co_return found;
}

}  // namespace reelshare::follows
