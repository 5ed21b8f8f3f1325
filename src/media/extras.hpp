#pragma once
// What is made beside the renditions from the same decoded pictures: storyboard, preview, and the
// hashes by which a clip is found again.

#include "media/preview.hpp"
#include "media/storyboard.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace reelshare::media {

class Extras {
  public:
    /// `duration` and `wanted` (the moment of the poster, where one was asked for) in kVideoTime.
    Extras(std::int64_t duration, std::optional<std::int64_t> wanted)
        : storyboard_(duration), preview_(wanted) {}

    /// Every picture in turn, in a small size.
    void offer(const AVFrame& small, std::int64_t pts);
    /// Writes the files and fills in what the report says of them.
    void finish(int directory, Report& report);

  private:
    void hash(const AVFrame& small, std::int64_t pts);

    StoryboardMaker storyboard_;
    PreviewMaker preview_;
    SwsPtr squeezer_;
    unsigned next_second_ = 0;
    std::vector<PictureHash> hashes_;
};

/// `picture_hash` of a decoded picture.
[[nodiscard]] std::optional<std::uint64_t> hash_of(const AVFrame& picture);

/// ThumbHash of a picture in base64.
[[nodiscard]] std::string thumb_hash_of(const AVFrame& picture);

}  // namespace reelshare::media
