#include "media/check.hpp"

#include "media/input.hpp"
#include "media/walls.hpp"

#include <cstdio>
#include <cstring>
#include <string>

namespace reelshare::media {

namespace {

void check_version() {
    const char* version = av_version_info();
    int major = 0;
    int minor = 0;
    int patch = 0;
    std::sscanf(version, "%d.%d.%d", &major, &minor, &patch);
    if (major == 5 && minor == 1 && patch < 10) {
        std::printf(
            "warn FFmpeg libraries %s have CVE-2026-8461 in a decoder that is never opened here | "
            "apt-get upgrade to 5.1.10 or newer\n",
            version
        );
    } else {
        std::printf("ok FFmpeg libraries %s\n", version);
    }
}

void check_codecs() {
    std::string missing;
    for (const char* name : {"libx264", "aac", "mjpeg", "libwebp", "libwebp_anim"})
        if (!avcodec_find_encoder_by_name(name)) missing += std::string(" ") + name;
    for (const char* name : {"scale", "zscale", "tonemap", "bwdif", "transpose"})
        if (!avfilter_get_by_name(name)) missing += std::string(" ") + name;
    for (const AVCodecID codec :
         {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_AAC})
        if (!allowed_decoder(codec)) missing += std::string(" ") + avcodec_get_name(codec);
    if (missing.empty())
        std::printf("ok all encoders, decoders and filters are there\n");
    else
        std::printf(
            "bad missing in the FFmpeg libraries:%s | install Debian's libavcodec-extra and "
            "libavfilter-extra\n",
            missing.c_str()
        );
}

}  // namespace

void print_check() {
    check_version();
    check_codecs();
    if (const int version = landlock_version(); version > 0)
        std::printf("ok media code is kept from files by Landlock (version %d)\n", version);
    else
        std::printf(
            "warn this kernel has no Landlock | media code is still held by seccomp; boot with "
            "lsm=landlock for a second wall\n"
        );
}

}  // namespace reelshare::media
