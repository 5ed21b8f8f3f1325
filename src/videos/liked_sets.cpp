#include "videos/liked_sets.hpp"

#include <algorithm>
#include <functional>

namespace reelshare::videos {

namespace {

std::uint64_t mark_of(std::string_view video_id) {
    return std::hash<std::string_view>{}(video_id);
}

}  // namespace

LikedSets::LikedSets(cache::Bus& bus) : bus_(bus) {
    bus.listen(std::string(kTopic), [shards = shards_](std::string_view user_id) {
        shards->forget(user_id);
    });
    bus.on_gap([shards = shards_] { shards->forget_all(); });
}

LikedSets::Shard& LikedSets::Shards::of(std::string_view user_id) {
    return all.at(std::hash<std::string_view>{}(user_id) % all.size());
}

void LikedSets::Shards::forget(std::string_view user_id) {
    Shard& shard = of(user_id);
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    if (Likes* likes = shard.viewers.find(user_id)) likes->until = {};
}

void LikedSets::Shards::forget_all() {
    for (Shard& shard : all) {
        const std::lock_guard lock(shard.mutex);
        ++shard.generation;
        shard.viewers = TwoAges<Likes>(kViewers / 16 / 2);
    }
}

LikedSets::Known LikedSets::find(
    std::string_view user_id, std::string_view video_id, Clock::time_point now
) {
    Shard& shard = shards_->of(user_id);
    const std::lock_guard lock(shard.mutex);
    const Likes* likes = shard.viewers.find(user_id);
    if (!likes || now >= likes->until) return Known::nothing;
    if (likes->too_many) return Known::too_many;
    return std::ranges::binary_search(likes->videos, mark_of(video_id)) ? Known::liked
                                                                        : Known::not_liked;
}

std::uint64_t LikedSets::generation(std::string_view user_id) {
    Shard& shard = shards_->of(user_id);
    const std::lock_guard lock(shard.mutex);
    return shard.generation;
}

void LikedSets::keep(
    std::string_view user_id,
    const std::vector<std::string>& video_ids,
    std::uint64_t generation,
    Clock::time_point now
) {
    Likes likes{.videos = {}, .too_many = video_ids.size() > kMostLikes, .until = now + kMaxAge};
    if (!likes.too_many) {
        likes.videos.reserve(video_ids.size());
        for (const std::string& id : video_ids) likes.videos.push_back(mark_of(id));
        std::ranges::sort(likes.videos);
    }
    Shard& shard = shards_->of(user_id);
    const std::lock_guard lock(shard.mutex);
    if (shard.generation == generation) shard.viewers.at(user_id) = std::move(likes);
}

void LikedSets::drop(const std::string& user_id) {
    shards_->forget(user_id);  // Here also where the bus cannot carry it.
    bus_.publish(kTopic, user_id);
}

}  // namespace reelshare::videos
