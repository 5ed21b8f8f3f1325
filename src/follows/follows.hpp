#pragma once
// Who follows whom: rules and SQL.

#include "base/task.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>

namespace reelshare::follows {

/// How two people stand to each other, as one of them sees it.
struct Relation {
    bool is_following = false;
    bool is_followed_by = false;
    std::int64_t follower_count = 0;  ///< Of the other.
    std::int64_t following_count = 0;
};

enum class Side : std::uint8_t { followers, following };

/// People as {id, name, followedAt}, the newest first.
struct People {
    boost::json::array people;
    std::string last_id;     ///< Of the last follow; "" where the list is empty.
    bool more = false;       ///< There are older ones behind it.
    std::int64_t total = 0;  ///< Of the whole list.
};

/// Whether there was one. Part of a transaction.
Task<Result<bool>> end_follow(
    db::Transaction& tx, std::string follower_id, std::string followed_id
);

/// Thread-safe. `not_found` from all methods: no such user.
class Follows {
  public:
    Follows(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus);

    /// Whether that changed anything: both are idempotent. The counts of both people change in the
    /// same transaction. `invalid`: oneself; `forbidden`: one has blocked the other.
    Task<Result<bool>> follow(std::string follower_id, std::string followed_id);
    Task<Result<bool>> unfollow(std::string follower_id, std::string followed_id);

    Task<Result<Relation>> relation(std::string viewer_id, std::string other_id);

    /// Those before the follow `before_id` ("": from the newest).
    Task<Result<People>> people_of(
        std::string user_id,
        Side side,
        std::string before_id,
        std::int64_t limit,
        std::string origin
    );

  private:
    Task<Result<bool>> change(std::string follower_id, std::string followed_id, bool follow);

    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
};

}  // namespace reelshare::follows
