#include "media/avatar.hpp"

#include "media/av.hpp"
#include "media/avatar_files.hpp"
#include "media/failure.hpp"
#include "media/picture_file.hpp"
#include "media/picture_type.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace reelshare::media {

namespace {

constexpr int kShortestEdge = 16;
constexpr int kWidestAspect = 8;
constexpr int kQuality = 82;
constexpr std::size_t kMaxBytes = 16u << 20;

[[noreturn]] void fail_image() {
    throw Failure("unreadable", "This picture cannot be read.");
}

std::vector<std::uint8_t> read_all(int fd) {
    std::vector<std::uint8_t> bytes(kMaxBytes + AV_INPUT_BUFFER_PADDING_SIZE);
    std::size_t size = 0;
    while (size < kMaxBytes) {
        const ssize_t got = ::read(fd, bytes.data() + size, kMaxBytes - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw std::system_error(errno, std::generic_category(), "image");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    bytes.resize(size + AV_INPUT_BUFFER_PADDING_SIZE);
    return bytes;
}

const char* decoder_for(std::string_view bytes) {
    switch (picture_type(bytes)) {
        case PictureType::jpeg:
            return "mjpeg";
        case PictureType::png:
            return "png";
        case PictureType::webp:
            return "webp";
        case PictureType::unknown:
            break;
    }
    fail_image();
}

/// The whole file is one packet to these decoders: no demuxer meets it.
FramePtr decode(std::vector<std::uint8_t>& bytes, const Job& job) {
    const std::size_t size = bytes.size() - AV_INPUT_BUFFER_PADDING_SIZE;
    const char* name = decoder_for({reinterpret_cast<const char*>(bytes.data()), size});
    const AVCodec* codec = avcodec_find_decoder_by_name(name);
    if (!codec) throw std::runtime_error(std::string("no decoder for pictures: ") + name);
    auto decoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    decoder->thread_count = 1;
    decoder->max_pixels = static_cast<std::int64_t>(job.max_pixels);
    need(avcodec_open2(decoder.get(), codec, nullptr), "picture decoder");
    auto packet = new_packet();
    packet->data = bytes.data();
    packet->size = static_cast<int>(size);
    auto frame = new_frame();
    if (avcodec_send_packet(decoder.get(), packet.get()) < 0) fail_image();
    (void)avcodec_send_packet(decoder.get(), nullptr);
    if (avcodec_receive_frame(decoder.get(), frame.get()) < 0) fail_image();
    const auto [narrow, wide] = std::minmax(frame->width, frame->height);
    if (narrow < kShortestEdge || wide / narrow >= kWidestAspect)
        throw Failure("too_narrow", "This picture is too small or too narrow.");
    return frame;
}

FramePtr scaled(const AVFrame& picture, int width, int height, AVPixelFormat format, bool video) {
    auto out = new_frame();
    out->width = width;
    out->height = height;
    out->format = format;
    need(av_frame_get_buffer(out.get(), 0), "picture");
    const auto from = static_cast<AVPixelFormat>(picture.format);
    auto scaler = owned<SwsPtr>(sws_getContext(
        picture.width, picture.height, from, width, height, format,
        SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr, nullptr, nullptr
    ));
    // JPEG is BT.601 in full range, WebP BT.601 in limited range; RGB is full.
    const bool full_in = picture.color_range == AVCOL_RANGE_JPEG;
    sws_setColorspaceDetails(
        scaler.get(), sws_getCoefficients(SWS_CS_ITU601), full_in ? 1 : 0,
        sws_getCoefficients(SWS_CS_ITU601), video ? 0 : 1, 0, 1 << 16, 1 << 16
    );
    sws_scale(
        scaler.get(), picture.data, picture.linesize, 0, picture.height, out->data, out->linesize
    );
    return out;
}

std::uint8_t* pixel(const AVFrame& frame, int x, int y) {
    return frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0] +
           static_cast<std::ptrdiff_t>(x) * 4;
}

/// How a camera was held, 1 to 8 (EXIF); 1 where the picture does not say.
int orientation_of(const AVFrame& frame) {
    const AVDictionaryEntry* entry = av_dict_get(frame.metadata, "Orientation", nullptr, 0);
    if (!entry) return 1;
    std::string_view text = entry->value;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    int value = 1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value >= 1 && value <= 8 ? value : 1;
}

/// Where the pixel of an upright square comes from in the one that was stored.
std::pair<int, int> source_of(int x, int y, int last, int orientation) {
    switch (orientation) {
        case 2:
            return {last - x, y};
        case 3:
            return {last - x, last - y};
        case 4:
            return {x, last - y};
        case 5:
            return {y, x};
        case 6:
            return {y, last - x};
        case 7:
            return {last - y, last - x};
        case 8:
            return {last - y, x};
        default:
            return {x, y};
    }
}

/// The middle square of a picture whose short edge is `kLargeAvatar`, upright and on white.
/// `fitted` and the answer are RGBA.
FramePtr upright_square(const AVFrame& fitted, int orientation) {
    auto square = new_frame();
    square->width = kLargeAvatar;
    square->height = kLargeAvatar;
    square->format = AV_PIX_FMT_RGBA;
    need(av_frame_get_buffer(square.get(), 0), "picture");
    const int left = (fitted.width - kLargeAvatar) / 2;
    const int top = (fitted.height - kLargeAvatar) / 2;
    for (int y = 0; y < kLargeAvatar; ++y) {
        for (int x = 0; x < kLargeAvatar; ++x) {
            const auto [from_x, from_y] = source_of(x, y, kLargeAvatar - 1, orientation);
            const std::uint8_t* from = pixel(fitted, left + from_x, top + from_y);
            std::uint8_t* to = pixel(*square, x, y);
            const int alpha = from[3];
            for (int c = 0; c < 3; ++c)
                to[c] = static_cast<std::uint8_t>((from[c] * alpha + 255 * (255 - alpha)) / 255);
            to[3] = 255;
        }
    }
    square->color_range = AVCOL_RANGE_JPEG;
    return square;
}

void write_square(const AVFrame& square, int size, int directory) {
    auto image = scaled(square, size, size, AV_PIX_FMT_YUV420P, true);
    write_webp(*image, kQuality, directory, avatar_file(size));
}

}  // namespace

void write_avatars(const Job& job, int input, int output) {
    std::vector<std::uint8_t> bytes = read_all(input);
    const FramePtr picture = decode(bytes, job);
    const int short_edge = std::min(picture->width, picture->height);
    const auto fit = [&](int edge) {
        return std::max(
            kLargeAvatar, static_cast<int>(std::int64_t{edge} * kLargeAvatar / short_edge)
        );
    };
    const FramePtr fitted =
        scaled(*picture, fit(picture->width), fit(picture->height), AV_PIX_FMT_RGBA, false);
    const FramePtr square = upright_square(*fitted, orientation_of(*picture));
    for (const int size : kAvatarSizes) write_square(*square, size, output);
}

}  // namespace reelshare::media
