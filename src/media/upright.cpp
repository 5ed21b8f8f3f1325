#include "media/upright.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
}

#include "media/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace reelshare::media {

namespace {

bool is_hdr(const AVFrame& frame) {
    return frame.color_trc == AVCOL_TRC_SMPTE2084 || frame.color_trc == AVCOL_TRC_ARIB_STD_B67;
}
bool is_wide(const AVFrame& frame) {
    return frame.color_primaries == AVCOL_PRI_BT2020;
}

/// What cameras mean when they say nothing: BT.709 for HD, BT.601 below, limited range.
void fill_in_colours(AVFrame& frame) {
    const bool hd = frame.width >= 1280 || frame.height > 576;
    if (is_hdr(frame) || is_wide(frame)) {
        if (frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RGB)
            frame.colorspace = AVCOL_SPC_BT2020_NCL;
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

std::string Upright::chain(const AVFrame& frame) const {
    // Scaled first: everything after it has fewer pixels to do.
    const Size before = orientation_.transpose ? Size{output_.height, output_.width} : output_;
    std::string text;
    if (interlaced_ || frame.interlaced_frame) text += "bwdif=mode=send_frame:deint=interlaced,";
    if (is_hdr(frame) || is_wide(frame)) {
        text += fmt::format("zscale=w={}:h={}:f=bicubic,", before.width, before.height);
        text += "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,";
        if (is_hdr(frame)) text += "tonemap=tonemap=mobius:desat=0:peak=10,";
        text += "zscale=t=bt709:m=bt709:r=tv,format=yuv420p";
    } else {
        text += fmt::format(
            "scale=w={}:h={}:flags=bicubic:out_range=tv:out_color_matrix=bt709,format=yuv420p",
            before.width, before.height
        );
    }
    if (orientation_.transpose) text += ",transpose=dir=cclock_flip";
    if (orientation_.flip_x) text += ",hflip";
    if (orientation_.flip_y) text += ",vflip";
    return text + ",setsar=1";
}

void Upright::build(const AVFrame& frame) {
    graph_ = owned<GraphPtr>(avfilter_graph_alloc());
    graph_->nb_threads = static_cast<int>(threads_);
    source_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffer"), "in");
    sink_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffersink"), "out");
    if (!source_ || !sink_) throw std::bad_alloc();
    std::unique_ptr<AVBufferSrcParameters, decltype(&av_free)> parameters(
        av_buffersrc_parameters_alloc(), av_free
    );
    if (!parameters) throw std::bad_alloc();
    parameters->format = frame.format;
    parameters->width = frame.width;
    parameters->height = frame.height;
    parameters->time_base = kVideoTime;
    parameters->sample_aspect_ratio = {1, 1};
    need(av_buffersrc_parameters_set(source_, parameters.get()), "filter source");
    need(avfilter_init_str(source_, nullptr), "filter source");
    need(avfilter_init_str(sink_, nullptr), "filter sink");
    AVFilterInOut* from = avfilter_inout_alloc();
    AVFilterInOut* to = avfilter_inout_alloc();
    if (!from || !to) throw std::bad_alloc();
    from->name = av_strdup("in");
    from->filter_ctx = source_;
    to->name = av_strdup("out");
    to->filter_ctx = sink_;
    const int parsed =
        avfilter_graph_parse_ptr(graph_.get(), chain(frame).c_str(), &to, &from, nullptr);
    avfilter_inout_free(&from);
    avfilter_inout_free(&to);
    if (parsed < 0 || avfilter_graph_config(graph_.get(), nullptr) < 0)
        throw Failure("unsupported", "The clip's picture format is not supported.");
}

void Upright::push(AVFrame& frame) {
    fill_in_colours(frame);
    frame.sample_aspect_ratio = {1, 1};
    if (shape_ != shape_of(frame)) {
        build(frame);
        shape_ = shape_of(frame);
    }
    if (av_buffersrc_add_frame(source_, &frame) < 0)
        throw Failure("unsupported", "The clip's picture format is not supported.");
}

void Upright::finish() {
    if (source_) need(av_buffersrc_add_frame(source_, nullptr), "filter end");
}

FramePtr Upright::pull() {
    if (!sink_) return nullptr;
    auto frame = new_frame();
    const int got = av_buffersink_get_frame(sink_, frame.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return nullptr;
    if (got < 0) throw Failure("unsupported", "The clip's picture cannot be converted.");
    // Deinterlacing counts in half ticks.
    frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(sink_), kVideoTime);
    return frame;
}

}  // namespace reelshare::media
