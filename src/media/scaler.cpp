#include "media/scaler.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace reelshare::media {

namespace {

constexpr int kAlignment = 64;

}  // namespace

Scaler::Scaler(const std::vector<Rung>& rungs) {
    for (std::size_t i = 1; i < rungs.size(); ++i) {
        const Rung& from = rungs[i - 1];
        const Rung& to = rungs[i];
        SwsContext* context = sws_getContext(
            from.width, from.height, AV_PIX_FMT_YUV420P, to.width, to.height, AV_PIX_FMT_YUV420P,
            SWS_BICUBIC, nullptr, nullptr, nullptr
        );
        const int bytes = need(
            av_image_get_buffer_size(AV_PIX_FMT_YUV420P, to.width, to.height, kAlignment), "scaler"
        );
        AVBufferPool* pool = av_buffer_pool_init(static_cast<std::size_t>(bytes), nullptr);
        if (!pool) throw std::bad_alloc();
        steps_.push_back({to.width, to.height, owned<SwsPtr>(context), {pool, [](AVBufferPool* p) {
                                                                            av_buffer_pool_uninit(&p
                                                                            );
                                                                        }}});
    }
}

FramePtr Scaler::from_pool(const Step& step) {
    auto frame = new_frame();
    frame->width = step.width;
    frame->height = step.height;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->buf[0] = av_buffer_pool_get(step.pool.get());
    if (!frame->buf[0]) throw std::bad_alloc();
    need(
        av_image_fill_arrays(
            frame->data, frame->linesize, frame->buf[0]->data, AV_PIX_FMT_YUV420P, step.width,
            step.height, kAlignment
        ),
        "scaler"
    );
    return frame;
}

std::vector<FramePtr> Scaler::scale(const AVFrame& picture) {
    std::vector<FramePtr> sizes;
    sizes.push_back(share(picture));
    for (const Step& step : steps_) {
        const AVFrame& from = *sizes.back();
        auto frame = from_pool(step);
        sws_scale(
            step.context.get(), from.data, from.linesize, 0, from.height, frame->data,
            frame->linesize
        );
        sizes.push_back(std::move(frame));
    }
    return sizes;
}

}  // namespace reelshare::media
