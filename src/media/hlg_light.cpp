#include "media/hlg_light.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace reelshare::media {

namespace {

constexpr float kDisplay = 1000.0F / 203.0F;  ///< Its brightest, in sheets of paper.
constexpr std::size_t kCodes = 4096;
constexpr int kSteps = 1024;

/// Light of the scene, 0 to 1, of a code value: the inverse of HLG's OETF.
std::array<float, kCodes> make_scene() {
    std::array<float, kCodes> light{};
    for (std::size_t i = 0; i < kCodes; ++i) {
        const double code = static_cast<double>(i) / (kCodes - 1);
        const double scene = code <= 0.5
                                 ? code * code / 3
                                 : (std::exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
        light[i] = static_cast<float>(scene);
    }
    return light;
}

/// Y^0.2 by the fourth root of Y, in which it hardly bends.
std::array<float, kSteps + 2> make_gain() {
    std::array<float, kSteps + 2> gain{};
    for (std::size_t i = 0; i < gain.size(); ++i)
        gain[i] = kDisplay * static_cast<float>(std::pow(static_cast<double>(i) / kSteps, 0.8));
    return gain;
}

struct Tables {
    std::array<float, kCodes> scene = make_scene();
    std::array<float, kSteps + 2> gain = make_gain();
};

float gain_at(const Tables& tables, float luminance) {
    const float place = std::sqrt(std::sqrt(std::min(luminance, 1.0F))) * kSteps;
    const auto step = static_cast<std::size_t>(place);
    const float part = place - static_cast<float>(step);
    return tables.gain[step] + part * (tables.gain[step + 1] - tables.gain[step]);
}

template <class T>
T* row(const AVFrame& frame, int plane, int y) {
    return reinterpret_cast<T*>(
        frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane]
    );
}

}  // namespace

FramePtr hlg_light(const AVFrame& coded) {
    static const Tables kTables;
    auto light = new_frame();
    light->width = coded.width;
    light->height = coded.height;
    light->format = AV_PIX_FMT_GBRPF32LE;
    need(av_frame_get_buffer(light.get(), 0), "picture");
    need(av_frame_copy_props(light.get(), &coded), "picture");
    light->color_trc = AVCOL_TRC_LINEAR;
    light->colorspace = AVCOL_SPC_RGB;
    const auto scene = [&](std::uint16_t code) {
        return kTables.scene[std::min<std::size_t>(code, kCodes - 1)];
    };
    for (int y = 0; y < coded.height; ++y) {
        // Planes come as green, blue, red.
        const auto* green = row<const std::uint16_t>(coded, 0, y);
        const auto* blue = row<const std::uint16_t>(coded, 1, y);
        const auto* red = row<const std::uint16_t>(coded, 2, y);
        auto* green_light = row<float>(*light, 0, y);
        auto* blue_light = row<float>(*light, 1, y);
        auto* red_light = row<float>(*light, 2, y);
        for (int x = 0; x < coded.width; ++x) {
            const float g = scene(green[x]);
            const float b = scene(blue[x]);
            const float r = scene(red[x]);
            const float gain = gain_at(kTables, 0.2627F * r + 0.678F * g + 0.0593F * b);
            green_light[x] = g * gain;
            blue_light[x] = b * gain;
            red_light[x] = r * gain;
        }
    }
    return light;
}

}  // namespace reelshare::media
