#pragma once
// Words that this installation does not want in titles and comments. Moderators keep the list.

#include "base/task.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace reelshare::words {

inline constexpr std::size_t kMaxWord = 50;  ///< Code points; also several words in a row.
inline constexpr std::size_t kMaxWords = 2'000;

/// A text that people will read, and what clients call it.
struct Wording {
    std::string field;
    std::string text;
};

/// Thread-safe.
class Words {
  public:
    Words(db::Database& database, cache::NearCache& near_cache, cache::Bus& bus);

    /// `invalid`, code "word_not_allowed", with each field that holds a listed word.
    Task<Result<void>> check(std::vector<Wording> wordings);

    /// As `fold` left them, in their order.
    Task<Result<std::vector<std::string>>> list();
    /// `word` is folded. Part of a transaction; `changed` afterwards. False: it was so already.
    /// `invalid`: nothing is left of it, or the list is full.
    Task<Result<bool>> set_listed(db::Transaction& tx, std::string word, bool listed);
    void changed();

  private:
    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
};

}  // namespace reelshare::words
