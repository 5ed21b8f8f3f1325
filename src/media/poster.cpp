#include "media/poster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <system_error>

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

FramePtr converted(const AVFrame& picture, int width, int height, AVPixelFormat format, int flags) {
    auto out = new_frame();
    out->width = width;
    out->height = height;
    out->format = format;
    need(av_frame_get_buffer(out.get(), 0), "poster");
    auto scaler = owned<SwsPtr>(sws_getContext(
        picture.width, picture.height, static_cast<AVPixelFormat>(picture.format), width, height,
        format, flags, nullptr, nullptr, nullptr
    ));
    // BT.709 in limited range in; JPEG and RGB are BT.601 and full range.
    sws_setColorspaceDetails(
        scaler.get(), sws_getCoefficients(SWS_CS_ITU709), 0, sws_getCoefficients(SWS_CS_ITU601), 1,
        0, 1 << 16, 1 << 16
    );
    sws_scale(
        scaler.get(), picture.data, picture.linesize, 0, picture.height, out->data, out->linesize
    );
    return out;
}

void write_file(int directory, const std::string& name, const AVPacket& packet) {
    const int fd = ::openat(directory, name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), name);
    int done = 0;
    while (done < packet.size) {
        const ssize_t wrote =
            ::write(fd, packet.data + done, static_cast<std::size_t>(packet.size - done));
        if (wrote <= 0) break;
        done += static_cast<int>(wrote);
    }
    ::close(fd);
    if (done < packet.size) throw std::system_error(errno, std::generic_category(), name);
}

Poster write_poster(const AVFrame& picture, int width, int directory, std::string file) {
    const int height = std::max(
        1,
        static_cast<int>(std::lround(static_cast<double>(picture.height) * width / picture.width))
    );
    auto image =
        converted(picture, width, height, AV_PIX_FMT_YUVJ420P, SWS_LANCZOS | SWS_ACCURATE_RND);
    const AVCodec* codec = avcodec_find_encoder_by_name("mjpeg");
    if (!codec) throw std::runtime_error("no JPEG encoder");
    auto encoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    encoder->width = width;
    encoder->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
    encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->time_base = {1, 1};
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * kQuality;
    need(avcodec_open2(encoder.get(), codec, nullptr), "JPEG");
    image->quality = encoder->global_quality;
    image->pts = 0;
    auto packet = new_packet();
    need(avcodec_send_frame(encoder.get(), image.get()), "JPEG");
    need(avcodec_receive_packet(encoder.get(), packet.get()), "JPEG");
    Poster poster{std::move(file), width, height};
    write_file(directory, poster.file, *packet);
    return poster;
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
