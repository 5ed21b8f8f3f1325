#pragma once
// What x264 says of its own work when it ends. There is no other way to ask it.

#include "media/av.hpp"

namespace reelshare::media {

/// Outlives its encoder, which speaks when it is freed.
struct EncoderWords {
    double ssim = 0;  ///< Mean over all pictures, of luma, in windows of 8x8.
};

/// From now on the words of encoders with `EncoderWords` as `opaque` go there; others are logged
/// as before.
void listen_to_encoders();

}  // namespace reelshare::media
