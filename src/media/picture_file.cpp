#include "media/picture_file.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <system_error>

namespace reelshare::media {

namespace {

CodecPtr open_picture_encoder(const char* name, const AVFrame& image) {
    const AVCodec* codec = avcodec_find_encoder_by_name(name);
    if (!codec) throw std::runtime_error(std::string("no encoder for pictures: ") + name);
    auto encoder = owned<CodecPtr>(avcodec_alloc_context3(codec));
    encoder->width = image.width;
    encoder->height = image.height;
    encoder->pix_fmt = static_cast<AVPixelFormat>(image.format);
    encoder->time_base = {1, 1};
    encoder->thread_count = 1;
    return encoder;
}

void encode_into(AVCodecContext& encoder, AVFrame& image, int directory, const std::string& file) {
    image.pts = 0;
    auto packet = new_packet();
    need(avcodec_send_frame(&encoder, &image), "picture");
    need(avcodec_receive_packet(&encoder, packet.get()), "picture");
    write_file(directory, file, *packet);
}

int even_size(double value) {
    return std::max(2, 2 * static_cast<int>(std::lround(value / 2)));
}

}  // namespace

FramePtr converted(
    const AVFrame& picture, int width, int height, AVPixelFormat format, int flags, Colours colours
) {
    auto out = new_frame();
    out->width = width;
    out->height = height;
    out->format = format;
    need(av_frame_get_buffer(out.get(), 0), "picture");
    auto scaler = owned<SwsPtr>(sws_getContext(
        picture.width, picture.height, static_cast<AVPixelFormat>(picture.format), width, height,
        format, flags, nullptr, nullptr, nullptr
    ));
    const int full_range = colours == Colours::jpeg ? 1 : 0;
    sws_setColorspaceDetails(
        scaler.get(), sws_getCoefficients(SWS_CS_ITU709), 0, sws_getCoefficients(SWS_CS_ITU601),
        full_range, 0, 1 << 16, 1 << 16
    );
    sws_scale(
        scaler.get(), picture.data, picture.linesize, 0, picture.height, out->data, out->linesize
    );
    return out;
}

PictureSize fitted(const AVFrame& picture, int long_edge) {
    const double scale =
        std::min(1.0, static_cast<double>(long_edge) / std::max(picture.width, picture.height));
    return {even_size(picture.width * scale), even_size(picture.height * scale)};
}

void write_jpeg(AVFrame& image, int quality, int directory, const std::string& file) {
    auto encoder = open_picture_encoder("mjpeg", image);
    encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * quality;
    need(avcodec_open2(encoder.get(), nullptr, nullptr), "JPEG");
    image.quality = encoder->global_quality;
    encode_into(*encoder, image, directory, file);
}

void write_webp(AVFrame& image, int quality, int directory, const std::string& file) {
    auto encoder = open_picture_encoder("libwebp", image);
    need(av_opt_set_int(encoder->priv_data, "quality", quality, 0), "WebP quality");
    need(avcodec_open2(encoder.get(), nullptr, nullptr), "WebP");
    encode_into(*encoder, image, directory, file);
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

}  // namespace reelshare::media
