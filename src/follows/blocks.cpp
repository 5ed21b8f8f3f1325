#include "follows/blocks.hpp"

#include "accounts/blocking.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "cache/invalidation.hpp"
#include "follows/follows.hpp"

namespace reelshare::follows {

Blocks::Blocks(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus)
    : database_(database), near_cache_(near_cache), bus_(bus) {}

Task<Result<void>> Blocks::check_other(const std::string& user_id, const std::string& other_id) {
    if (user_id == other_id) co_return fail_field("id", "This is you.");
    if (!is_id(other_id)) co_return fail(Errc::not_found, "User not found!");
    auto rows = co_await database_.query("SELECT 1 FROM users WHERE id = $1", {other_id});
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "User not found!");
    co_return Result<void>();
}

Task<Result<Wall>> Blocks::wall(std::string user_id, std::string other_id) {
    auto rows = co_await database_.query(
        "SELECT (SELECT COUNT(*) FROM blocks WHERE blocker_id = $1 AND blocked_id = $2), "
        "(SELECT COUNT(*) FROM mutes WHERE muter_id = $1 AND muted_id = $2)",
        {std::move(user_id), std::move(other_id)}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return Wall{.is_blocked = rows->front().flag(0), .is_muted = rows->front().flag(1)};
}

Task<Result<Wall>> Blocks::set_blocked(std::string user_id, std::string other_id, bool blocked) {
    auto good = co_await check_other(user_id, other_id);
    if (!good) co_return std::unexpected(good.error());
    auto changed =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            std::string sql = "DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2";
            db::Params params{user_id, other_id};
            if (blocked) {
                sql =
                    "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, $3) "
                    "ON CONFLICT (blocker_id, blocked_id) DO NOTHING";
                params.emplace_back(now_ms());
            }
            auto moved = co_await tx.query(std::move(sql), std::move(params));
            if (!moved) co_return std::unexpected(moved.error());
            if (!blocked) co_return false;
            auto mine = co_await end_follow(tx, user_id, other_id);
            if (!mine) co_return std::unexpected(mine.error());
            auto theirs = co_await end_follow(tx, other_id, user_id);
            if (!theirs) co_return std::unexpected(theirs.error());
            co_return *mine || *theirs;
        });
    if (!changed) co_return std::unexpected(changed.error());
    walls_changed({user_id, other_id});
    if (*changed)
        for (const std::string& id : {user_id, other_id})
            cache::drop_everywhere(near_cache_, bus_, "follows:" + id);
    auto now = co_await wall(std::move(user_id), std::move(other_id));
    co_return now;
}

Task<Result<Wall>> Blocks::set_muted(std::string user_id, std::string other_id, bool muted) {
    auto good = co_await check_other(user_id, other_id);
    if (!good) co_return std::unexpected(good.error());
    std::string sql = "DELETE FROM mutes WHERE muter_id = $1 AND muted_id = $2";
    db::Params params{user_id, other_id};
    if (muted) {
        sql =
            "INSERT INTO mutes (muter_id, muted_id, created_at) VALUES ($1, $2, $3) "
            "ON CONFLICT (muter_id, muted_id) DO NOTHING";
        params.emplace_back(now_ms());
    }
    auto moved = co_await database_.execute(std::move(sql), std::move(params));
    if (!moved) co_return std::unexpected(moved.error());
    walls_changed({user_id});
    auto now = co_await wall(std::move(user_id), std::move(other_id));
    co_return now;
}

void Blocks::walls_changed(const std::vector<std::string>& user_ids) {
    for (const std::string& id : user_ids)
        cache::drop_everywhere(near_cache_, bus_, std::string(accounts::kWallsTag) + id);
}

}  // namespace reelshare::follows
