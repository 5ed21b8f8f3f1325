#include "media/extras.hpp"

#include "media/picture_file.hpp"
#include "media/picture_hash.hpp"
#include "media/thumb_hash.hpp"

#include <algorithm>
#include <cstring>

namespace reelshare::media {

namespace {

constexpr int kThumbEdge = 100;

SwsPtr squeezer_of(const AVFrame& picture) {
    return owned<SwsPtr>(sws_getContext(
        picture.width, picture.height, AV_PIX_FMT_YUV420P, kHashEdge, kHashEdge, AV_PIX_FMT_GRAY8,
        SWS_AREA, nullptr, nullptr, nullptr
    ));
}

HashInput squeezed(SwsContext& squeezer, const AVFrame& picture) {
    HashInput out{};
    std::uint8_t* planes[4] = {out.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {kHashEdge, 0, 0, 0};
    sws_scale(&squeezer, picture.data, picture.linesize, 0, picture.height, planes, strides);
    return out;
}

}  // namespace

std::optional<std::uint64_t> hash_of(const AVFrame& picture) {
    const SwsPtr squeezer = squeezer_of(picture);
    return picture_hash(squeezed(*squeezer, picture));
}

std::string thumb_hash_of(const AVFrame& picture) {
    const PictureSize size = fitted(picture, kThumbEdge);
    const FramePtr rgb =
        converted(picture, size.width, size.height, AV_PIX_FMT_RGB24, SWS_AREA, Colours::jpeg);
    std::vector<std::uint8_t> pixels;
    const auto row = static_cast<std::size_t>(size.width) * 3;
    for (int y = 0; y < size.height; ++y) {
        const std::uint8_t* from = rgb->data[0] + static_cast<std::ptrdiff_t>(y) * rgb->linesize[0];
        pixels.insert(pixels.end(), from, from + row);
    }
    return base64(thumb_hash(pixels, size.width, size.height));
}

void Extras::hash(const AVFrame& small, std::int64_t pts) {
    if (pts < std::int64_t{next_second_} * kVideoClock) return;
    if (!squeezer_) squeezer_ = squeezer_of(small);
    const auto second = static_cast<unsigned>(pts / kVideoClock);
    next_second_ = second + 1;
    if (const auto bits = picture_hash(squeezed(*squeezer_, small)))
        hashes_.push_back({second, *bits});
}

void Extras::offer(const AVFrame& small, std::int64_t pts) {
    storyboard_.offer(small, pts);
    preview_.offer(small, pts);
    hash(small, pts);
}

void Extras::finish(int directory, Report& report) {
    report.storyboard = storyboard_.finish(directory);
    report.preview = preview_.finish(directory);
    report.hashes = std::move(hashes_);
}

}  // namespace reelshare::media
