#include "media/input.hpp"

#include "media/bounds.hpp"
#include "media/failure.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <thread>

namespace reelshare::media {

namespace {

namespace json = boost::json;

/// What phones, cameras and screen recorders write. Debian 12's FFmpeg has 519 decoders, and holes
/// in some that no clip needs (CVE-2026-8461 in magicyuv).
constexpr std::array<std::pair<AVCodecID, const char*>, 18> kDecoders = {{
    {AV_CODEC_ID_H264, "h264"},
    {AV_CODEC_ID_HEVC, "hevc"},
    {AV_CODEC_ID_VP8, "vp8"},
    {AV_CODEC_ID_VP9, "vp9"},
    {AV_CODEC_ID_AV1, "libdav1d"},
    {AV_CODEC_ID_MPEG4, "mpeg4"},
    {AV_CODEC_ID_AAC, "aac"},
    {AV_CODEC_ID_MP3, "mp3float"},
    {AV_CODEC_ID_OPUS, "opus"},
    {AV_CODEC_ID_VORBIS, "vorbis"},
    {AV_CODEC_ID_AC3, "ac3"},
    {AV_CODEC_ID_FLAC, "flac"},
    {AV_CODEC_ID_ALAC, "alac"},
    {AV_CODEC_ID_PCM_S16LE, "pcm_s16le"},
    {AV_CODEC_ID_PCM_S16BE, "pcm_s16be"},
    {AV_CODEC_ID_PCM_S24LE, "pcm_s24le"},
    {AV_CODEC_ID_PCM_S24BE, "pcm_s24be"},
    {AV_CODEC_ID_PCM_F32LE, "pcm_f32le"},
}};
constexpr const char* kDemuxers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm";
constexpr int kIoBuffer = 128 * 1024;

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EPERM);
}

class Options {
  public:
    Options& set(const char* key, const std::string& value) {
        need(av_dict_set(&all_, key, value.c_str(), 0), key);
        return *this;
    }
    AVDictionary** get() { return &all_; }
    ~Options() { av_dict_free(&all_); }
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

  private:
    AVDictionary* all_ = nullptr;
};

bool is_cover(const AVStream& stream) {
    return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

}  // namespace

const AVCodec* allowed_decoder(AVCodecID codec) {
    const auto* found =
        std::ranges::find(kDecoders, codec, &std::pair<AVCodecID, const char*>::first);
    return found == kDecoders.end() ? nullptr : avcodec_find_decoder_by_name(found->second);
}

const std::string& allowed_decoder_names() {
    static const std::string kNames = [] {
        std::string all;
        for (const auto& [codec, name] : kDecoders)
            all += (all.empty() ? "" : ",") + std::string(name);
        return all;
    }();
    return kNames;
}

int Input::read_bytes(void* self, std::uint8_t* out, int size) {
    auto& input = *static_cast<Input*>(self);
    for (;;) {
        const ssize_t got =
            ::pread(input.fd_, out, static_cast<std::size_t>(size), input.position_);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return AVERROR(errno);
        if (got == 0) return AVERROR_EOF;
        input.position_ += got;
        return static_cast<int>(got);
    }
}

std::int64_t Input::seek_bytes(void* self, std::int64_t offset, int whence) {
    auto& input = *static_cast<Input*>(self);
    std::int64_t target = offset;
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
            return input.size_;
        case SEEK_SET:
            break;
        case SEEK_CUR:
            target += input.position_;
            break;
        case SEEK_END:
            target += input.size_;
            break;
        default:
            return AVERROR(EINVAL);
    }
    if (target < 0) return AVERROR(EINVAL);
    return input.position_ = target;
}

Input::Input(int fd, const Job& job) : fd_(fd), most_packets_(most_packets(job)) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) throw std::runtime_error("the input cannot be read");
    size_ = info.st_size;
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBuffer));
    if (!buffer) throw std::bad_alloc();
    io_.reset(avio_alloc_context(buffer, kIoBuffer, 0, this, read_bytes, nullptr, seek_bytes));
    if (!io_) {
        av_free(buffer);
        throw std::bad_alloc();
    }
    format_ = avformat_alloc_context();
    if (!format_) throw std::bad_alloc();
    format_->pb = io_.get();
    format_->flags |= AVFMT_FLAG_CUSTOM_IO;
    format_->io_open = refuse_to_open;
    format_->max_streams = static_cast<int>(job.max_streams);
    // Nothing that the file says may lead anywhere: no protocol, no reference to other files.
    Options options;
    options.set("format_whitelist", kDemuxers).set("codec_whitelist", allowed_decoder_names());
    options.set("protocol_whitelist", "none")
        .set("enable_drefs", "0")
        .set("use_absolute_path", "0");
    options.set("probesize", "5000000").set("max_probe_packets", "2500");
    // Frees the context where it fails.
    if (avformat_open_input(&format_, nullptr, nullptr, options.get()) < 0) fail_unreadable();
    try {
        if (avformat_find_stream_info(format_, nullptr) < 0) fail_unreadable();
        choose_streams();
    } catch (...) {
        avformat_close_input(&format_);
        throw;
    }
}

Input::~Input() {
    avformat_close_input(&format_);
}

void Input::choose_streams() {
    for (unsigned i = 0; i < format_->nb_streams; ++i) {
        AVStream* stream = format_->streams[i];
        if (side_data_of(*stream) > kMostSideData) fail_side_data();
        const AVCodecParameters& codec = *stream->codecpar;
        const bool usable = allowed_decoder(codec.codec_id) != nullptr;
        if (codec.codec_type == AVMEDIA_TYPE_VIDEO && !is_cover(*stream)) {
            has_picture_track_ = true;
            if (!video_ && usable) video_ = stream;
        }
        const bool sound =
            codec.codec_type == AVMEDIA_TYPE_AUDIO && usable && codec.sample_rate > 0;
        if (sound && !audio_) audio_ = stream;
    }
}

void Input::only(const AVStream* stream) {
    for (unsigned i = 0; i < format_->nb_streams; ++i)
        format_->streams[i]->discard =
            format_->streams[i] == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

bool Input::read(AVPacket& packet) {
    for (;;) {
        av_packet_unref(&packet);
        if (av_read_frame(format_, &packet) < 0) return false;
        if (++packets_ > most_packets_) fail_too_many_parts();
        if (side_data_of(packet) > kMostSideData) fail_side_data();
        // Packets of every stream that were read while probing come out too.
        if (format_->streams[packet.stream_index]->discard != AVDISCARD_ALL) return true;
    }
}

AVRational Input::pixel_aspect(AVFrame& frame) const {
    return av_guess_sample_aspect_ratio(format_, video_, &frame);
}

double Input::declared_seconds() const {
    if (!video_) return 0;
    // A table of samples that was not filled in while reading fragments.
    if (video_->nb_frames > 0 && video_->duration != AV_NOPTS_VALUE)
        return static_cast<double>(video_->duration) * av_q2d(video_->time_base);
    const bool matroska = std::string_view(format_->iformat->name).starts_with("matroska");
    if (matroska && format_->duration != AV_NOPTS_VALUE)
        return static_cast<double>(format_->duration) / AV_TIME_BASE;
    return 0;
}

json::object Input::describe() const {
    json::array streams;
    for (unsigned i = 0; i < format_->nb_streams; ++i) {
        const AVStream& stream = *format_->streams[i];
        const AVCodecParameters& codec = *stream.codecpar;
        const char* type = av_get_media_type_string(codec.codec_type);
        json::object one{
            {"index", i},
            {"codec_type", type ? type : "unknown"},
            {"codec_name", avcodec_get_name(codec.codec_id)}
        };
        if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
            one["width"] = codec.width;
            one["height"] = codec.height;
            const AVRational rate = stream.avg_frame_rate;
            one["avg_frame_rate"] = std::to_string(rate.num) + '/' + std::to_string(rate.den);
            if (const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format)))
                one["pix_fmt"] = name;
        }
        if (codec.codec_type == AVMEDIA_TYPE_AUDIO) {
            one["sample_rate"] = codec.sample_rate;
            one["channels"] = codec.ch_layout.nb_channels;
        }
        if (codec.bit_rate > 0) one["bit_rate"] = codec.bit_rate;
        streams.push_back(std::move(one));
    }
    return {
        {"format_name", format_->iformat->name}, {"size", size_}, {"streams", std::move(streams)}
    };
}

CodecPtr open_decoder(const AVStream& stream, const Job& job) {
    const AVCodec* decoder = allowed_decoder(stream.codecpar->codec_id);
    if (!decoder) throw Failure("unsupported", "The clip's format is not supported.");
    auto context = owned<CodecPtr>(avcodec_alloc_context3(decoder));
    if (avcodec_parameters_to_context(context.get(), stream.codecpar) < 0) fail_unreadable();
    context->pkt_timebase = stream.time_base;
    context->max_pixels = static_cast<std::int64_t>(job.max_pixels);
    context->err_recognition = AV_EF_CRCCHECK;
    // Frame threads hold whole pictures; more than 8 only cost memory.
    const unsigned cores =
        job.threads ? job.threads : std::max(1u, std::thread::hardware_concurrency());
    context->thread_count = static_cast<int>(std::min(cores, 8u));
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) context->thread_count = 1;
    if (avcodec_open2(context.get(), decoder, nullptr) < 0)
        throw Failure("unreadable", "The clip's picture or sound track cannot be decoded.");
    return context;
}

}  // namespace reelshare::media
