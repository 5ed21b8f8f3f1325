#pragma once
// HLS playlists (RFC 8216, version 7) over one fragmented MP4 per rendition, with the attributes
// that Apple's HLS authoring specification requires.

#include "media/job.hpp"

#include <string>

namespace reelshare::media {

[[nodiscard]] std::string master_playlist(const Report& report);
/// "<name>.m3u8": byte ranges into the rendition's file.
[[nodiscard]] std::string media_playlist(const Rendition& rendition);

/// The storyboard as WebVTT: for every tile its time and its place in the picture.
[[nodiscard]] std::string storyboard_cues(const Storyboard& board, double duration);

}  // namespace reelshare::media
