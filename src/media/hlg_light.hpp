#pragma once
// From HLG's code values to light, as ITU-R BT.2100 says for a display of 1000 cd/m². zimg (3.0.4)
// brightens red, green and blue each by itself instead of all three by their luminance, which makes
// every colour of a phone's HDR too strong.

#include "media/av.hpp"

namespace reelshare::media {

/// What code values are read from.
inline constexpr AVPixelFormat kHlgFormat = AV_PIX_FMT_GBRP12LE;

/// `coded`: kHlgFormat in full range with BT.2020 primaries. The answer: GBRPF32LE, linear; 1 is
/// white paper (203 cd/m², BT.2408).
[[nodiscard]] FramePtr hlg_light(const AVFrame& coded);

}  // namespace reelshare::media
