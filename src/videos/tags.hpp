#pragma once
// Tags: those given by name and the #hashtags of a title and a
// description. They are kept as written for
// display and folded (lower case) for finding.

#include "base/task.hpp"
#include "db/database.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

inline constexpr std::size_t kMaxTags = 20;
inline constexpr std::size_t kMaxTagLength = 50;  ///< Code points.

/// As tags are compared: without a leading "#", lower case of every script.
[[nodiscard]] std::string fold_tag(std::string_view tag);

/// The #hashtags of a text (valid UTF-8), in order, without "#", each once: letters of any script,
/// digits and underscores, not digits alone, not in the middle of a word or of a link.
[[nodiscard]] std::vector<std::string> hashtags_of(std::string_view text);

/// `tags` and behind them the hashtags that are not among them, together at most kMaxTags.
[[nodiscard]] std::vector<std::string> with_hashtags(
    std::vector<std::string> tags, std::string_view text
);

/// The document that `videos.tags` holds, and back; what is none of ours has no tags.
[[nodiscard]] std::string tags_json(const std::vector<std::string>& tags);
[[nodiscard]] std::vector<std::string> tags_of_json(std::string_view document);

/// By which tags a post is found from now on.
Task<Result<void>> store_tags(
    db::Transaction& tx, std::string video_id, std::vector<std::string> tags
);

}  // namespace reelshare::videos
