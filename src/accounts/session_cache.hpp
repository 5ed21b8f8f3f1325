#pragma once
// Which sessions were good a moment ago, and what their user may do, so that a bearer check costs
// no query. What ends a session drops it here: at once on this node and, through the bus, on every
// other; `kMaxAge` bounds what a node that heard nothing still believes.

#include "accounts/roles.hpp"
#include "cache/bus.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace reelshare::accounts {

/// Thread-safe.
class SessionCache {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kMaxAge{1};
    static constexpr std::size_t kMaxSessions = 100'000;
    /// The topic on the bus: "session <id>", or "user <id> <session to spare>".
    static constexpr std::string_view kTopic = "session-drop";

    /// Listens on `bus` for its whole life, so the cache must live as long as messages come.
    explicit SessionCache(cache::Bus& bus);
    SessionCache(const SessionCache&) = delete;
    SessionCache& operator=(const SessionCache&) = delete;

    /// The role of a session's user; nothing where the session is not known to be good.
    [[nodiscard]] std::optional<Role> find(
        const std::string& session_id, Clock::time_point now = Clock::now()
    );

    /// A number to take before asking the database and to hand to `keep`: what was dropped in
    /// between is not kept.
    [[nodiscard]] std::uint64_t generation(const std::string& session_id);
    void keep(
        const std::string& session_id,
        std::string user_id,
        Role role,
        std::uint64_t generation,
        Clock::time_point now = Clock::now()
    );

    /// Everywhere.
    void drop(const std::string& session_id);
    /// All sessions of a user but one ("": all), everywhere.
    void drop_user(const std::string& user_id, const std::string& except_session = {});

  private:
    struct Entry {
        std::string user_id;
        Role role = Role::user;
        Clock::time_point until;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Entry> sessions;
        std::uint64_t generation = 0;
    };
    Shard& shard_of(const std::string& session_id);
    void hear(std::string_view message);
    void forget(const std::string& session_id);
    void forget_user(std::string_view user_id, std::string_view except_session);

    cache::Bus& bus_;
    std::array<Shard, 16> shards_;
};

}  // namespace reelshare::accounts
