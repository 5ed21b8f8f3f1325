#pragma once
// The formulas behind `trending` and the feed. Pure: numbers in, numbers out.
//
// Trend. An event (a view, a like) is worth its weight now and half of that a day later, so a post
// is worth sum(w_i * 2^-(now - t_i)/day). All posts fade by the same factor, so their order changes
// by events alone: it is enough to keep T = log2(sum(w_i * 2^(t_i/day))), which never needs to be
// computed again, fits a double for as long as there are dates, and is read by an index. An event
// adds to it in one step.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::videos::ranking {

/// What an event is worth, in views. Seeing a clip to the end says more than opening it, saying so
/// says more still; a comment costs most and is rarest.
inline constexpr double kView = 1;
inline constexpr double kFinish = 2;
inline constexpr double kLike = 4;
inline constexpr double kComment = 6;

/// Of a post at its birth, which is as much as one view: so new posts start above old ones that
/// nobody looks at.
[[nodiscard]] double first_trend(std::int64_t at_ms);
/// After events of together `weight` at `at_ms`.
[[nodiscard]] double raised(double trend, double weight, std::int64_t at_ms);
/// After an event of that time was taken back, so that liking again and again lifts nothing. Never
/// below the post's birth.
[[nodiscard]] double lowered(double trend, double weight, std::int64_t at_ms, std::int64_t born_ms);

/// A post that a feed may show.
struct Candidate {
    std::string id;
    std::string uploader_id;
    double trend = 0;
    bool followed = false;     ///< Its uploader, by the viewer.
    bool new_creator = false;  ///< Who joined within the last two weeks.
    int shared_tags = 0;       ///< With what the viewer saw to the end.
};

inline constexpr double kFollowed = 3;  ///< log2 of 8.
inline constexpr double kSharedTag = 1;
inline constexpr int kMostSharedTags = 3;
inline constexpr std::size_t kNewCreatorEvery = 5;  ///< Places.
inline constexpr std::size_t kApart = 3;            ///< Places in which nobody comes twice.

[[nodiscard]] double score(const Candidate& candidate);
/// The first `count` places, each candidate at most once.
[[nodiscard]] std::vector<Candidate> page_of(std::vector<Candidate> candidates, std::size_t count);

}  // namespace reelshare::videos::ranking
