#pragma once
// What a viewer likes, kept for a while: every clip that a signed-in viewer opens says whether they
// like it, and one look into the database tells it of all the clips that come after.

#include "base/two_ages.hpp"
#include "cache/bus.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

/// Thread-safe. What changes a viewer's likes drops them here: at once on this node and, through
/// the bus, on every other; `kMaxAge` bounds what a node that heard nothing still believes.
class LikedSets {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kMaxAge{30};
    /// Who likes more than this is looked up one clip at a time.
    static constexpr std::size_t kMostLikes = 500;
    /// Viewers kept at most, of up to 4 KB each.
    static constexpr std::size_t kViewers = 2'048;
    /// The topic on the bus; its payload is the viewer's id.
    static constexpr std::string_view kTopic = "likes-drop";

    explicit LikedSets(cache::Bus& bus);

    enum class Known : std::uint8_t {
        nothing,   ///< Ask for the viewer's likes, and `keep` them.
        too_many,  ///< Ask for this clip alone.
        liked,
        not_liked
    };
    [[nodiscard]] Known find(
        std::string_view user_id, std::string_view video_id, Clock::time_point now = Clock::now()
    );

    /// A number to take before asking the database and to hand to `keep`: what was dropped in
    /// between is not kept.
    [[nodiscard]] std::uint64_t generation(std::string_view user_id);
    /// `video_ids`: all that the viewer likes; more than `kMostLikes` stand for too many.
    void keep(
        std::string_view user_id,
        const std::vector<std::string>& video_ids,
        std::uint64_t generation,
        Clock::time_point now = Clock::now()
    );

    /// Everywhere.
    void drop(const std::string& user_id);

  private:
    struct Likes {
        std::vector<std::uint64_t>
            videos;  ///< Hashes of their ids, sorted: 64 bits do not collide.
        bool too_many = false;
        Clock::time_point until{};
    };
    struct Shard {
        std::mutex mutex;
        TwoAges<Likes> viewers{kViewers / 16 / 2};
        std::uint64_t generation = 0;
    };
    /// Shared with the listeners on the bus, which may outlive this.
    struct Shards {
        std::array<Shard, 16> all;
        Shard& of(std::string_view user_id);
        void forget(std::string_view user_id);
        void forget_all();
    };

    cache::Bus& bus_;
    std::shared_ptr<Shards> shards_ = std::make_shared<Shards>();
};

}  // namespace reelshare::videos
