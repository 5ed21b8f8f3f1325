#include "media/filter_graph.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include "media/failure.hpp"

#include <algorithm>

namespace reelshare::media {

namespace {

[[noreturn]] void fail_format() {
    throw Failure("unsupported", "The clip's picture format is not supported.");
}

}  // namespace

FilterGraph::FilterGraph(const AVFrame& like, const std::string& chain, unsigned threads)
    : graph_(owned<GraphPtr>(avfilter_graph_alloc())) {
    // With one thread, FFmpeg 5.1's zscale of HLG reads where it must not.
    graph_->nb_threads = static_cast<int>(std::max(2u, threads));
    source_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffer"), "in");
    sink_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffersink"), "out");
    if (!source_ || !sink_) throw std::bad_alloc();
    std::unique_ptr<AVBufferSrcParameters, decltype(&av_free)> parameters(
        av_buffersrc_parameters_alloc(), av_free
    );
    if (!parameters) throw std::bad_alloc();
    parameters->format = like.format;
    parameters->width = like.width;
    parameters->height = like.height;
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
    const int parsed = avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &to, &from, nullptr);
    avfilter_inout_free(&from);
    avfilter_inout_free(&to);
    if (parsed < 0 || avfilter_graph_config(graph_.get(), nullptr) < 0) fail_format();
}

void FilterGraph::push(AVFrame& frame) {
    if (av_buffersrc_add_frame(source_, &frame) < 0) fail_format();
}

void FilterGraph::finish() {
    need(av_buffersrc_add_frame(source_, nullptr), "filter end");
}

FramePtr FilterGraph::pull() {
    auto frame = new_frame();
    const int got = av_buffersink_get_frame(sink_, frame.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return nullptr;
    if (got < 0) throw Failure("unsupported", "The clip's picture cannot be converted.");
    // Deinterlacing counts in half ticks.
    frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(sink_), kVideoTime);
    return frame;
}

}  // namespace reelshare::media
