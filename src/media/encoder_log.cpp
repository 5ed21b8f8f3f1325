#include "media/encoder_log.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace reelshare::media {

namespace {

constexpr const char* kMark = "SSIM Mean Y:";

void hear(void* speaker, int level, const char* format, va_list arguments) {
    const bool codec =
        speaker && *static_cast<const AVClass* const*>(speaker) == avcodec_get_class();
    auto* words =
        codec ? static_cast<EncoderWords*>(static_cast<AVCodecContext*>(speaker)->opaque) : nullptr;
    if (!words || std::strncmp(format, kMark, std::strlen(kMark)) != 0) {
        av_log_default_callback(speaker, level, format, arguments);
        return;
    }
    std::array<char, 128> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    double ssim = 0;
    if (std::sscanf(line.data() + std::strlen(kMark), "%lf", &ssim) == 1) words->ssim = ssim;
}

}  // namespace

void listen_to_encoders() {
    av_log_set_callback(hear);
}

}  // namespace reelshare::media
