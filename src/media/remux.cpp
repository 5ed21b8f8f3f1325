#include "media/remux.hpp"

#include "media/extras.hpp"
#include "media/fragmented_file.hpp"
#include "media/input.hpp"
#include "media/ladder.hpp"
#include "media/poster.hpp"
#include "media/upright.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace reelshare::media {

namespace {

constexpr const char* kName = "source";
constexpr int kMaxShortEdge = 1088;  ///< 1080 as encoders pad it.
constexpr int kMaxLongEdge = 2400;   ///< Phones are up to 20:9.
constexpr int kMaxLevel = 52;
constexpr double kMaxFrameRate = 61;
constexpr int kMaxChannels = 6;  ///< Browsers mix 5.1 down themselves.
/// More does not reach a phone in time; the ladder follows soon.
constexpr double kMaxBitRate = 20e6;
/// Seeking and the start of playback need a keyframe near.
constexpr std::int64_t kMaxKeyframeGap = std::int64_t{5} * AV_TIME_BASE;
/// Pictures that are decoded to find a poster.
constexpr int kLookAt = 30;

bool is_web_video(const AVCodecParameters& codec) {
    constexpr std::array<int, 3> kProfiles = {
        FF_PROFILE_H264_BASELINE, FF_PROFILE_H264_MAIN, FF_PROFILE_H264_HIGH
    };
    const int profile = codec.profile & ~FF_PROFILE_H264_CONSTRAINED;
    const bool progressive =
        codec.field_order == AV_FIELD_PROGRESSIVE || codec.field_order == AV_FIELD_UNKNOWN;
    const bool hdr =
        codec.color_trc == AVCOL_TRC_SMPTE2084 || codec.color_trc == AVCOL_TRC_ARIB_STD_B67;
    // Parameter sets in front (avcC), not in the stream.
    const bool in_front = codec.extradata_size > 7 && codec.extradata[0] == 1;
    return codec.codec_id == AV_CODEC_ID_H264 && codec.format == AV_PIX_FMT_YUV420P &&
           progressive && !hdr && in_front &&
           std::ranges::find(kProfiles, profile) != kProfiles.end() && codec.level <= kMaxLevel &&
           std::min(codec.width, codec.height) <= kMaxShortEdge &&
           std::max(codec.width, codec.height) <= kMaxLongEdge;
}

bool is_web_audio(const AVCodecParameters& codec) {
    return codec.codec_id == AV_CODEC_ID_AAC && codec.profile == FF_PROFILE_AAC_LOW &&
           codec.extradata_size > 0 && codec.ch_layout.nb_channels <= kMaxChannels;
}

bool is_square(const AVRational& aspect) {
    return aspect.num <= 0 || std::abs(av_q2d(aspect) - 1) < 0.01;
}

bool is_web_safe(const Input& input, const Timeline& timeline) {
    const AVStream* video = input.video();
    const double seconds = static_cast<double>(timeline.duration) / AV_TIME_BASE;
    return video && seconds > 0 && is_web_video(*video->codecpar) &&
           is_square(video->sample_aspect_ratio) &&
           is_square(video->codecpar->sample_aspect_ratio) &&
           (!input.audio() || is_web_audio(*input.audio()->codecpar)) && !timeline.trimmed &&
           timeline.keyframe_gap <= kMaxKeyframeGap && timeline.frame_rate <= kMaxFrameRate &&
           static_cast<double>(input.size()) * 8 / seconds <= kMaxBitRate;
}

/// The source's own sound, read whole: 3 minutes are a few megabytes.
class CopiedSound final : public AudioTrack {
  public:
    CopiedSound(int fd, const Job& job, const Timeline& timeline) : input_(fd, job) {
        if (!input_.audio()) return;
        input_.only(input_.audio());
        const std::int64_t start = av_rescale_q(timeline.start, kMillionths, time_base());
        const std::int64_t end = av_rescale_q(timeline.duration, kMillionths, time_base());
        std::int64_t last = -1;
        for (auto packet = new_packet(); input_.read(*packet);) {
            if (packet->pts == AV_NOPTS_VALUE) continue;
            av_packet_rescale_ts(packet.get(), input_.audio()->time_base, time_base());
            packet->pts -= start;
            packet->dts = packet->pts;
            if (packet->pts <= last || packet->pts < 0 || packet->pts >= end) continue;
            last = packet->pts;
            av_packet_free_side_data(packet.get());
            packets_.push_back(owned<PacketPtr>(av_packet_clone(packet.get())));
        }
    }
    const AVCodecParameters* parameters() override {
        return packets_.empty() ? nullptr : input_.audio()->codecpar;
    }
    std::vector<PacketPtr> take(std::size_t first, std::int64_t until) override {
        std::vector<PacketPtr> taken;
        for (std::size_t i = first; i < packets_.size() && packets_[i]->pts < until; ++i)
            taken.push_back(owned<PacketPtr>(av_packet_clone(packets_[i].get())));
        return taken;
    }
    [[nodiscard]] AVRational time_base() const override {
        return {1, input_.audio() ? input_.audio()->codecpar->sample_rate : kSampleRate};
    }

  private:
    Input input_;
    std::vector<PacketPtr> packets_;
};

Rendition copy_pictures(
    const Job& job, int fd, int directory, const Timeline& timeline, CopiedSound& sound
) {
    Input input(fd, job);
    input.only(input.video());
    const std::int64_t duration =
        std::max<std::int64_t>(1, av_rescale_q(timeline.duration, kMillionths, kVideoTime));
    const std::int64_t start = av_rescale_q(timeline.start, kMillionths, kVideoTime);
    FragmentedFile file(
        directory, std::string(kName) + ".mp4", *input.video()->codecpar, sound, duration
    );
    file.set_orientation(display_matrix(*input.video()));
    for (auto packet = new_packet(); input.read(*packet);) {
        if (packet->pts == AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE)
            throw std::runtime_error("no time stamps");
        av_packet_rescale_ts(packet.get(), input.video()->time_base, kVideoTime);
        packet->pts -= start;
        packet->dts -= start;
        av_packet_free_side_data(packet.get());
        file.add(owned<PacketPtr>(av_packet_clone(packet.get())));
    }
    Rendition rendition;
    rendition.name = kName;
    file.finish(rendition);
    return rendition;
}

/// The best of the first pictures, upright.
FramePtr first_look(const Job& job, int fd, Size& whole) {
    Input input(fd, job);
    input.only(input.video());
    CodecPtr decoder = open_decoder(*input.video(), job);
    const Orientation orientation = orientation_of(display_matrix(*input.video()));
    std::optional<Upright> upright;
    PosterPicker picker(std::nullopt);
    auto packet = new_packet();
    auto frame = new_frame();
    for (int seen = 0; seen < kLookAt && input.read(*packet);) {
        if (avcodec_send_packet(decoder.get(), packet.get()) < 0) continue;
        while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
            whole = upright_size(frame->width, frame->height, {1, 1}, orientation);
            const Rung top = ladder(whole.width, whole.height).front();
            if (!upright) upright.emplace(orientation, Size{top.width, top.height}, false, 1);
            frame->pts = std::int64_t{seen++} * kVideoClock / 30;
            upright->push(*frame);
            if (auto picture = upright->pull()) picker.offer(*picture, *picture, picture->pts);
        }
    }
    return picker.best() ? share(*picker.best()) : nullptr;
}

}  // namespace

std::optional<Report> remux(const Job& job, int input, int directory, const Timeline& timeline) {
    try {
        const Input source(input, job);
        if (!is_web_safe(source, timeline)) return std::nullopt;
        CopiedSound sound(input, job, timeline);
        Report report;
        Rendition rendition = copy_pictures(job, input, directory, timeline, sound);
        Size whole;
        const FramePtr poster = first_look(job, input, whole);
        if (!poster) return std::nullopt;
        rendition.width = report.width = whole.width;
        rendition.height = report.height = whole.height;
        rendition.frame_rate = timeline.frame_rate;
        report.duration = static_cast<double>(timeline.duration) / AV_TIME_BASE;
        report.has_audio = sound.parameters() != nullptr;
        report.placeholder = mean_colour(*poster);
        report.thumb_hash = thumb_hash_of(*poster);
        if (const auto look = hash_of(*poster)) report.hashes.push_back({0, *look});
        report.posters = write_posters(*poster, directory, kName);
        report.source = source.describe();
        report.renditions.push_back(std::move(rendition));
        return report;
    } catch (const std::runtime_error& error) {
        // Not worth a word to the uploader: the ladder follows, or says what is wrong.
        std::fprintf(stderr, "remux: %s\n", error.what());
        return std::nullopt;
    }
}

}  // namespace reelshare::media
