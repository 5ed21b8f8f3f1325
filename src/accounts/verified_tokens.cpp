#include "accounts/verified_tokens.hpp"

#include <functional>
#include <utility>

namespace reelshare::accounts {

std::shared_ptr<const AccessClaims> VerifiedTokens::claims_of(
    std::string_view token, std::int64_t now
) {
    Shard& shard = shards_.at(std::hash<std::string_view>{}(token) % kShards);
    {
        const std::lock_guard lock(shard.mutex);
        const auto* known = shard.known.find(token);
        if (known && (*known)->good_until > now) return *known;
    }
    auto claims = tokens_.verify_access(token);
    if (!claims) return nullptr;  // Bad ones are not worth the room.
    auto good = std::make_shared<const AccessClaims>(std::move(*claims));
    const std::lock_guard lock(shard.mutex);
    shard.known.at(token) = good;
    return good;
}

}  // namespace reelshare::accounts
