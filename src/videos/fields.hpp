#pragma once
// What may be said of a post, in uploads and in changes alike.

#include "base/json.hpp"
#include "videos/videos.hpp"
#include "words/words.hpp"

#include <vector>

namespace reelshare::videos {

/// The `data` of an upload: title 1-150, description up to 5000, visibility?, tags?, thumbnailAt?.
/// Leaves id, uploader and asset empty.
[[nodiscard]] Result<NewVideo> read_new_video(const json::object& data);
[[nodiscard]] Result<VideoChange> read_change(const json::object& data);

/// What of it people will read, to be looked through for listed words.
[[nodiscard]] std::vector<words::Wording> wordings_of(const NewVideo& video);
[[nodiscard]] std::vector<words::Wording> wordings_of(const VideoChange& change);

}  // namespace reelshare::videos
