#pragma once
// Blocks and mutes between people. Who is blocked cannot follow, like or comment, and is not shown
// to the blocker; who is muted does not show up in the muter's feed and notifications.

#include "base/task.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"

#include <string>
#include <vector>

namespace reelshare::follows {

struct Wall {
    bool is_blocked = false;
    bool is_muted = false;
};

/// Thread-safe. All are idempotent. `not_found`: no such user; `invalid`: oneself.
class Blocks {
  public:
    Blocks(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus);

    /// Ends what either follows of the other.
    Task<Result<Wall>> set_blocked(std::string user_id, std::string other_id, bool blocked);
    Task<Result<Wall>> set_muted(std::string user_id, std::string other_id, bool muted);

  private:
    Task<Result<void>> check_other(const std::string& user_id, const std::string& other_id);
    Task<Result<Wall>> wall(std::string user_id, std::string other_id);
    void walls_changed(const std::vector<std::string>& user_ids);

    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
};

}  // namespace reelshare::follows
