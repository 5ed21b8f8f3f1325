#include "media/poster.hpp"

#include "media/picture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace reelshare::media {

namespace {

constexpr std::int64_t kLookEvery = kVideoClock / 4;
constexpr std::int64_t kLookUntil = 6 * kVideoClock;
constexpr std::array<int, 2> kWidths = {360, 720};
constexpr int kQuality = 4;  ///< Of MJPEG's 2 (best) to 31.

struct Look {
    double brightness = 0;  ///< Mean luma, 16 to 235.
    double sharpness = 0;   ///< Mean step between neighbours.
};

Look look_at(const AVFrame& frame) {
    double sum = 0;
    double steps = 0;
    for (int y = 1; y < frame.height; ++y) {
        const std::uint8_t* row =
            frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
        const std::uint8_t* above = row - frame.linesize[0];
        for (int x = 1; x < frame.width; ++x) {
            sum += row[x];
            steps += std::abs(row[x] - row[x - 1]) + std::abs(row[x] - above[x]);
        }
    }
    const double count = std::max(1.0, static_cast<double>(frame.width - 1) * (frame.height - 1));
    return {sum / count, steps / count};
}

/// Sharp is good, nearly black or white is bad, early is a little better than late.
double score(const AVFrame& small, std::int64_t pts) {
    const Look look = look_at(small);
    const double exposure =
        std::clamp(std::min(look.brightness - 20, 232 - look.brightness) / 40, 0.0, 1.0);
    const double age = static_cast<double>(pts) / static_cast<double>(kLookUntil);
    return exposure * (0.1 + std::log1p(look.sharpness)) * (1 - 0.15 * age);
}

Poster write_poster(const AVFrame& picture, int width, int directory, std::string file) {
    const int height = std::max(
        1,
        static_cast<int>(std::lround(static_cast<double>(picture.height) * width / picture.width))
    );
    auto image =
        converted(picture, width, height, AV_PIX_FMT_YUVJ420P, SWS_LANCZOS | SWS_ACCURATE_RND);
    write_jpeg(*image, kQuality, directory, file);
    return {std::move(file), width, height};
}

}  // namespace

void PosterPicker::offer(const AVFrame& picture, const AVFrame& small, std::int64_t pts) {
    if (wanted_) {
        // The first at or after the moment; the last one where the clip ends before it.
        if (!reached_) best_ = share(picture);
        reached_ = reached_ || pts >= *wanted_;
        return;
    }
    if (best_ && (pts < next_look_ || pts > kLookUntil)) return;
    next_look_ = pts + kLookEvery;
    const double rated = score(small, pts);
    if (rated <= best_score_) return;
    best_score_ = rated;
    best_ = share(picture);
}

std::vector<Poster> write_posters(const AVFrame& picture, int directory, const std::string& name) {
    std::vector<Poster> posters;
    posters.reserve(kWidths.size());
    for (const int width : kWidths)
        posters.push_back(write_poster(
            picture, std::min(width, picture.width), directory,
            fmt::format("{}_{}.jpg", name, width)
        ));
    return posters;
}

std::string mean_colour(const AVFrame& picture) {
    // By way of a few pixels: one step from a large picture to one pixel would look at few of them.
    auto small = converted(picture, 8, 8, AV_PIX_FMT_RGB24, SWS_AREA);
    std::array<int, 3> sum{};
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                sum[c] += small->data[0]
                                     [static_cast<std::ptrdiff_t>(y) * small->linesize[0] + x * 3 +
                                      static_cast<int>(c)];
    return fmt::format("#{:02x}{:02x}{:02x}", sum[0] / 64, sum[1] / 64, sum[2] / 64);
}

}  // namespace reelshare::media
