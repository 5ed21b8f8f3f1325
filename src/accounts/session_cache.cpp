#include "accounts/session_cache.hpp"

#include <functional>

namespace reelshare::accounts {

namespace {

constexpr std::string_view kSession = "session ";
constexpr std::string_view kUser = "user ";

}  // namespace

SessionCache::SessionCache(cache::Bus& bus) : bus_(bus) {
    bus.listen(std::string(kTopic), [this](std::string_view message) { hear(message); });
}

SessionCache::Shard& SessionCache::shard_of(const std::string& session_id) {
    return shards_[std::hash<std::string>{}(session_id) % shards_.size()];
}

std::optional<Role> SessionCache::find(const std::string& session_id, Clock::time_point now) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.sessions.find(session_id);
    if (found == shard.sessions.end() || now >= found->second.until) return std::nullopt;
    return found->second.role;
}

std::uint64_t SessionCache::generation(const std::string& session_id) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    return shard.generation;
}

void SessionCache::keep(
    const std::string& session_id,
    std::string user_id,
    Role role,
    std::uint64_t generation,
    Clock::time_point now
) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    if (shard.generation != generation) return;
    if (shard.sessions.size() >= kMaxSessions / shards_.size()) shard.sessions.clear();
    shard.sessions[session_id] = {std::move(user_id), role, now + kMaxAge};
}

void SessionCache::drop(const std::string& session_id) {
    forget(session_id);  // Here also where the bus cannot carry it.
    bus_.publish(kTopic, std::string(kSession) + session_id);
}

void SessionCache::drop_user(const std::string& user_id, const std::string& except_session) {
    forget_user(user_id, except_session);
    bus_.publish(kTopic, std::string(kUser) + user_id + ' ' + except_session);
}

void SessionCache::hear(std::string_view message) {
    if (message.starts_with(kSession)) {
        forget(std::string(message.substr(kSession.size())));
    } else if (message.starts_with(kUser)) {
        message.remove_prefix(kUser.size());
        const auto space = message.find(' ');
        if (space != std::string_view::npos)
            forget_user(message.substr(0, space), message.substr(space + 1));
    }
}

void SessionCache::forget(const std::string& session_id) {
    Shard& shard = shard_of(session_id);
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    shard.sessions.erase(session_id);
}

void SessionCache::forget_user(std::string_view user_id, std::string_view except_session) {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        ++shard.generation;
        std::erase_if(shard.sessions, [&](const auto& item) {
            return item.second.user_id == user_id && item.first != except_session;
        });
    }
}

}  // namespace reelshare::accounts
