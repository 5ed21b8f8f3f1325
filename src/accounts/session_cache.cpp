#include "accounts/session_cache.hpp"

#include <functional>

namespace reelshare::accounts {

SessionCache::Shard& SessionCache::shard_of(const std::string& session_id) {
    return shards_[std::hash<std::string>{}(session_id) % shards_.size()];
}

bool SessionCache::is_good(const std::string& session_id, Clock::time_point now) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.sessions.find(session_id);
    return found != shard.sessions.end() && now < found->second.until;
}

std::uint64_t SessionCache::generation(const std::string& session_id) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    return shard.generation;
}

void SessionCache::keep(
    const std::string& session_id,
    std::string user_id,
    std::uint64_t generation,
    Clock::time_point now
) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    if (shard.generation != generation) return;
    if (shard.sessions.size() >= kMaxSessions / shards_.size()) shard.sessions.clear();
    shard.sessions[session_id] = {std::move(user_id), now + kMaxAge};
}

void SessionCache::drop(const std::string& session_id) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    shard.sessions.erase(session_id);
}

void SessionCache::drop_user(std::string_view user_id, std::string_view except_session) {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        ++shard.generation;
        std::erase_if(shard.sessions, [&](const auto& item) {
            return item.second.user_id == user_id && item.first != except_session;
        });
    }
}

}  // namespace reelshare::accounts
