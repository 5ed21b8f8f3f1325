#pragma once
// Tokens that were judged good a moment ago: checking a signature and reading JSON takes longer
// than all else that an answer from the near cache needs, and one request may ask more than once.

#include "accounts/tokens.hpp"
#include "base/two_ages.hpp"

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string_view>

namespace reelshare::accounts {

/// Thread-safe. Says of a token what `Tokens::verify_access` says, and forgets it when its time is
/// over; whether its session still lives is for others to say.
class VerifiedTokens {
  public:
    static constexpr std::size_t kTokens = 16'384;  ///< Of about 800 bytes each, at most.

    /// `tokens` must outlive it.
    explicit VerifiedTokens(const Tokens& tokens) : tokens_(tokens) {}

    /// The claims of a good token, else null. `now`: Unix seconds.
    [[nodiscard]] std::shared_ptr<const AccessClaims> claims_of(
        std::string_view token, std::int64_t now = std::time(nullptr)
    );

  private:
    static constexpr std::size_t kShards = 16;
    struct Shard {
        std::mutex mutex;
        TwoAges<std::shared_ptr<const AccessClaims>> known{kTokens / kShards / 2};
    };

    const Tokens& tokens_;
    std::array<Shard, kShards> shards_;
};

}  // namespace reelshare::accounts
