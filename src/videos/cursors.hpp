#pragma once
// Places in lists as clients carry them: opaque text, base64url. A list by time goes on behind an
// id (22 characters), one by trend behind a trend and an id (32), the feed behind what it gave.

#include "videos/videos.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

/// Where a walk through the feed is. Either it still finds what is new to the viewer, or it has
/// come to the end of that and goes through everything again, by trend.
struct FeedPlace {
    /// More than this are forgotten, the oldest first: a cursor must fit an address line.
    static constexpr std::size_t kMaxGiven = 800;

    /// What was given: the last four bytes of each id, which are random. Two that are the same by
    /// chance cost one post its place in this walk.
    std::vector<std::uint32_t> given{};
    bool again = false;
    std::optional<TrendPlace> after{};  ///< Of the second walk.
};

/// `id` must be a UUID (is_id).
[[nodiscard]] std::string cursor_of(std::string_view id);
[[nodiscard]] std::string cursor_of(const TrendPlace& place);
[[nodiscard]] std::string cursor_of(const FeedPlace& place);

/// Nothing for what is no cursor of that kind.
[[nodiscard]] std::optional<std::string> id_of_cursor(std::string_view cursor);
[[nodiscard]] std::optional<TrendPlace> place_of_cursor(std::string_view cursor);
/// "" is the beginning.
[[nodiscard]] std::optional<FeedPlace> feed_place_of(std::string_view cursor);

}  // namespace reelshare::videos
