#pragma once
// What somebody may mean who has typed so far: tags and people. Searching for posts itself is a
// list of them: see videos/search_terms.hpp.

#include "base/task.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::search {

struct Person {
    std::string id;
    std::string name;
    std::string avatar;  ///< `users.avatar`; "" for none.
    std::int64_t follower_count = 0;
};

/// Thread-safe.
class Suggestions {
  public:
    Suggestions(db::Database& database, cache::NearCache& near_cache);

    /// Tags of listed posts that begin with `prefix` (folded; "": all): those of what rises, the
    /// most frequent first, then others by the alphabet.
    Task<Result<std::vector<std::string>>> tags(std::string prefix, std::size_t most);

    /// People whose names hold `words`, of the last of which a beginning suffices; the most
    /// followed first. Without those who are suspended, and without those from whom `viewer_id` (""
    /// for a guest) is kept apart.
    Task<Result<std::vector<Person>>> people(
        std::vector<std::string> words, std::string viewer_id, std::size_t most
    );

  private:
    Task<Result<std::vector<std::string>>> rising_tags();

    db::Database& database_;
    cache::NearCache& near_cache_;
};

}  // namespace reelshare::search
