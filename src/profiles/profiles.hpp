#pragma once
// Who somebody is to others and to themselves: name, words and counts.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cache/invalidation.hpp"
#include "db/database.hpp"
#include "videos/videos.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace reelshare::profiles {

struct Profile {
    std::string id;
    std::string name;
    std::optional<std::string> bio;
    std::string avatar;  ///< As `users.avatar`; "" where there is none.
    UnixMillis created_at = 0;
    std::int64_t videos = 0;  ///< Listed ones.
    std::int64_t likes = 0;   ///< Of those.
    std::int64_t followers = 0;
    std::int64_t following = 0;
    // For the owner alone.
    std::string email;
    std::optional<std::string> contact;
    std::string role;
    UnixMillis updated_at = 0;
};

/// What a change sets; what is not set stays. "" takes a contact or a bio away.
struct ProfileChange {
    std::optional<std::string> name;
    std::optional<std::string> contact;
    std::optional<std::string> bio;
};

/// Thread-safe.
class Profiles {
  public:
    Profiles(
        db::Database& database,
        videos::Videos& videos,
        cache::NearCache& near_cache,
        cache::Bus& bus
    );

    /// `not_found` for an unknown user; with `for_others` also for a suspended one.
    Task<Result<Profile>> find(std::string user_id, bool for_others);
    Task<Result<void>> change(std::string user_id, ProfileChange change);
    /// The picture to show from now on ("": none); the one before.
    Task<Result<std::string>> set_avatar(std::string user_id, std::string version);
    /// That of a user, "" where there is none or the user is banned. Near-cached.
    Task<Result<std::string>> shown_avatar(std::string user_id);
    /// Everything the user owns goes too, and the counts it had a part in are put right, in one
    /// transaction. What is left in the object store is for the caller to remove.
    struct Left {
        std::vector<videos::Leftovers> media;
        std::string avatar;
    };
    Task<Result<Left>> remove(std::string user_id);

  private:
    /// Posts and lists of people show names and pictures.
    Task<Result<void>> looks_changed(std::string user_id);
    void drop(const std::string& tag);

    db::Database& database_;
    videos::Videos& videos_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
};

}  // namespace reelshare::profiles
