#pragma once
// Which sessions were good a moment ago, so that a bearer check costs no query. Ended sessions are
// dropped at once on this node; `kMaxAge` bounds what another node may not have heard of.

#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace reelshare::accounts {

/// Thread-safe.
class SessionCache {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kMaxAge{10};
    static constexpr std::size_t kMaxSessions = 100'000;

    [[nodiscard]] bool is_good(const std::string& session_id, Clock::time_point now = Clock::now());

    /// A number to take before asking the database and to hand to `keep`: what was dropped in
    /// between is not kept.
    [[nodiscard]] std::uint64_t generation(const std::string& session_id);
    void keep(
        const std::string& session_id,
        std::string user_id,
        std::uint64_t generation,
        Clock::time_point now = Clock::now()
    );
    void drop(const std::string& session_id);
    /// All sessions of a user but one ("": all).
    void drop_user(std::string_view user_id, std::string_view except_session);

  private:
    struct Entry {
        std::string user_id;
        Clock::time_point until;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Entry> sessions;
        std::uint64_t generation = 0;
    };
    Shard& shard_of(const std::string& session_id);

    std::array<Shard, 16> shards_;
};

}  // namespace reelshare::accounts
