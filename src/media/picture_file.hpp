#pragma once
// Pictures of the clip as files of their own.

#include "media/av.hpp"

#include <string>

namespace reelshare::media {

/// How the colours of a made picture are stored. All of ours come as BT.709 in limited range.
enum class Colours : std::uint8_t {
    jpeg,  ///< BT.601 in full range; RGB too.
    webp,  ///< BT.601 in limited range.
};

/// Scaled by `scaler_flags` (SWS_...) into a new picture.
[[nodiscard]] FramePtr converted(
    const AVFrame& picture,
    int width,
    int height,
    AVPixelFormat format,
    int scaler_flags,
    Colours colours = Colours::jpeg
);

/// The size that has this long edge and the aspect of `picture`; even, never larger than it.
struct PictureSize {
    int width;
    int height;
};
[[nodiscard]] PictureSize fitted(const AVFrame& picture, int long_edge);

/// `image`: YUVJ420P. `quality`: of MJPEG's 2 (best) to 31.
void write_jpeg(AVFrame& image, int quality, int directory, const std::string& file);
/// `image`: YUV420P. `quality`: 0 to 100 (best).
void write_webp(AVFrame& image, int quality, int directory, const std::string& file);
/// Makes a new file.
void write_file(int directory, const std::string& name, const AVPacket& packet);

}  // namespace reelshare::media
