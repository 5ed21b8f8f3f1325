#pragma once
// ThumbHash: what a picture looks like from afar, in about 25 bytes: its mean colour, its aspect
// and the lowest frequencies of its brightness and colours. A page paints it until the picture is
// there.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace reelshare::media {

/// `rgb`: three bytes for each of `width` x `height` pixels, at most 100 in each direction.
[[nodiscard]] std::vector<std::uint8_t> thumb_hash(
    std::span<const std::uint8_t> rgb, int width, int height
);

[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace reelshare::media
