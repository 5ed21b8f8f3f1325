#include "media/upright.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "media/hlg_light.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace reelshare::media {

namespace {

bool is_hlg(const AVFrame& frame) {
    return frame.color_trc == AVCOL_TRC_ARIB_STD_B67;
}
bool is_hdr(const AVFrame& frame) {
    return frame.color_trc == AVCOL_TRC_SMPTE2084 || is_hlg(frame);
}
/// Display P3, which phones film in, and the P3 of cinemas.
bool is_p3(const AVFrame& frame) {
    return frame.color_primaries == AVCOL_PRI_SMPTE432 ||
           frame.color_primaries == AVCOL_PRI_SMPTE431;
}
/// More colours than BT.709 has: they must be converted, a new tag would shift all of them.
bool is_wide(const AVFrame& frame) {
    return frame.color_primaries == AVCOL_PRI_BT2020 || is_p3(frame);
}

/// What cameras mean when they say nothing: BT.709 for HD, BT.601 below, limited range.
void fill_in_colours(AVFrame& frame) {
    const bool hd = frame.width >= 1280 || frame.height > 576;
    if (is_hdr(frame) || is_wide(frame)) {
        if (frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RGB)
            frame.colorspace = is_p3(frame) ? AVCOL_SPC_BT709 : AVCOL_SPC_BT2020_NCL;
        if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED)
            frame.color_primaries = AVCOL_PRI_BT2020;
        if (frame.color_trc == AVCOL_TRC_UNSPECIFIED) frame.color_trc = AVCOL_TRC_BT709;
    } else if (frame.colorspace == AVCOL_SPC_UNSPECIFIED) {
        frame.colorspace = hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    }
    const bool jpeg = frame.format == AV_PIX_FMT_YUVJ420P || frame.format == AV_PIX_FMT_YUVJ422P ||
                      frame.format == AV_PIX_FMT_YUVJ444P;
    if (frame.color_range == AVCOL_RANGE_UNSPECIFIED)
        frame.color_range = jpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

/// The filters from linear light, of which 1 is white paper, to what is stored.
std::string from_light(bool brighter_than_paper) {
    std::string text = "zscale=p=bt709,";
    if (brighter_than_paper) text += "tonemap=tonemap=mobius:desat=0:peak=10,";
    return text + "zscale=t=bt709:m=bt709:r=tv,format=yuv420p";
}

}  // namespace

Orientation orientation_of(const std::int32_t* matrix) {
    if (!matrix) return {};
    // x' = a x + c y, y' = b x + d y: ISO 14496-12 §6.2.2, in 16.16.
    const std::int64_t a = matrix[0];
    const std::int64_t b = matrix[1];
    const std::int64_t c = matrix[3];
    const std::int64_t d = matrix[4];
    if (std::llabs(a) + std::llabs(d) >= std::llabs(b) + std::llabs(c))
        return {false, a < 0, d < 0};
    return {true, c < 0, b < 0};
}

const std::int32_t* display_matrix(const AVStream& stream) {
    std::size_t size = 0;
    const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return size >= 9 * sizeof(std::int32_t) ? reinterpret_cast<const std::int32_t*>(data) : nullptr;
}

Size upright_size(int width, int height, AVRational aspect, const Orientation& orientation) {
    double shown_width = width;
    double shown_height = height;
    const double ratio = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;
    // Within a hundredth nobody sees it, and the pixels stay as they are. Beyond 1:8 it is no
    // camera but a broken header. The longer direction keeps its pixels.
    if (ratio > 1.01 && ratio <= 8)
        shown_height = height / ratio;
    else if (ratio < 0.99 && ratio >= 0.125)
        shown_width = width * ratio;
    Size size{
        std::max(2, static_cast<int>(std::lround(shown_width))),
        std::max(2, static_cast<int>(std::lround(shown_height)))
    };
    if (orientation.transpose) std::swap(size.width, size.height);
    return size;
}

Upright::Shape Upright::shape_of(const AVFrame& frame) {
    return {frame.width,           frame.height,    frame.format,     frame.colorspace,
            frame.color_primaries, frame.color_trc, frame.color_range};
}

std::string Upright::sized(const AVFrame& frame) const {
    // Scaled first: everything after it has fewer pixels to do.
    const Size before = orientation_.transpose ? Size{output_.height, output_.width} : output_;
    std::string text;
    if (interlaced_ || frame.interlaced_frame) text += "bwdif=mode=send_frame:deint=interlaced,";
    if (is_hlg(frame))
        return text + fmt::format(
                          "zscale=w={}:h={}:f=bicubic,format={}", before.width, before.height,
                          av_get_pix_fmt_name(kHlgFormat)
                      );
    if (is_hdr(frame) || is_wide(frame)) {
        text += fmt::format("zscale=w={}:h={}:f=bicubic,", before.width, before.height);
        text += "zscale=t=linear:npl=203,format=gbrpf32le,";
        return text + from_light(is_hdr(frame));
    }
    return text +
           fmt::format(
               "scale=w={}:h={}:flags=bicubic:out_range=tv:out_color_matrix=bt709,format=yuv420p",
               before.width, before.height
           );
}

std::string Upright::turned() const {
    std::string text;
    if (orientation_.transpose) text += ",transpose=dir=cclock_flip";
    if (orientation_.flip_x) text += ",hflip";
    if (orientation_.flip_y) text += ",vflip";
    return text + ",setsar=1";
}

void Upright::build(const AVFrame& frame) {
    from_light_.reset();
    const std::string chain = is_hlg(frame) ? sized(frame) : sized(frame) + turned();
    graph_ = std::make_unique<FilterGraph>(frame, chain, threads_);
}

/// Light of HLG between the two halves. The second keeps no picture back.
void Upright::lighten() {
    while (FramePtr coded = graph_->pull()) {
        auto light = hlg_light(*coded);
        if (!from_light_)
            from_light_ =
                std::make_unique<FilterGraph>(*light, from_light(true) + turned(), threads_);
        from_light_->push(*light);
    }
}

void Upright::push(AVFrame& frame) {
    fill_in_colours(frame);
    frame.sample_aspect_ratio = {1, 1};
    if (shape_ != shape_of(frame)) {
        build(frame);
        shape_ = shape_of(frame);
    }
    graph_->push(frame);
}

void Upright::finish() {
    if (graph_) graph_->finish();
}

FramePtr Upright::pull() {
    if (!graph_) return nullptr;
    if (shape_->transfer != AVCOL_TRC_ARIB_STD_B67) return graph_->pull();
    lighten();
    return from_light_ ? from_light_->pull() : nullptr;
}

}  // namespace reelshare::media
