#include "media/timeline.hpp"

#include "media/failure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <ranges>
#include <vector>

namespace reelshare::media {

namespace {

/// A second of slack, so that a clip that was cut to exactly the limit passes.
constexpr double kSlack = 1.0;
/// No camera takes more pictures a second; more packets than that are an attack or rubbish.
constexpr double kMaxPicturesPerSecond = 1'000;

struct Span {
    std::int64_t begin = std::numeric_limits<std::int64_t>::max();
    std::int64_t end = std::numeric_limits<std::int64_t>::min();
    std::int64_t packets = 0;

    void add(std::int64_t from, std::int64_t length) {
        begin = std::min(begin, from);
        end = std::max(end, from + length);
        ++packets;
    }
};

[[noreturn]] void fail_too_long(const Job& job) {
    throw Failure(
        "too_long", "The clip is longer than " + std::to_string(std::lround(job.max_duration_s)) +
                        " seconds, the most this server takes."
    );
}

void check_streams(const Input& input, const Job& job) {
    if (!input.video()) {
        if (input.has_picture_track())
            throw Failure(
                "unsupported",
                "The clip's video format is not supported. MP4 with H.264 always works."
            );
        throw Failure("no_video", "The file has no picture, only sound.");
    }
    const AVCodecParameters& codec = *input.video()->codecpar;
    const auto pixels = static_cast<std::uint64_t>(std::max(0, codec.width)) *
                        static_cast<std::uint64_t>(std::max(0, codec.height));
    if (pixels > job.max_pixels)
        throw Failure(
            "too_large_picture", "The clip's picture is larger than this server takes (4096x4096)."
        );
}

/// Whether the longest step between two pictures is more than two usual ones.
bool is_uneven(std::vector<std::int64_t> times) {
    if (times.size() < 3) return false;
    std::ranges::sort(times);
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < times.size(); ++i)
        longest = std::max(longest, times[i] - times[i - 1]);
    const std::int64_t whole = times.back() - times.front();
    return longest * static_cast<std::int64_t>(times.size() - 1) > 2 * whole;
}

/// Between keyframes, from the begin and to the end of the pictures.
std::int64_t longest_gap(
    const std::vector<std::int64_t>& keyframes, std::int64_t begin, std::int64_t end
) {
    // A clip that does not begin with one can be played from nowhere.
    if (keyframes.empty() || keyframes.front() > begin)
        return std::numeric_limits<std::int64_t>::max();
    std::int64_t longest = end - keyframes.back();
    for (std::size_t i = 1; i < keyframes.size(); ++i)
        longest = std::max(longest, keyframes[i] - keyframes[i - 1]);
    return longest;
}

/// Bytes of pictures in pieces of this length.
constexpr std::int64_t kPiece = std::int64_t{2} * AV_TIME_BASE;

/// How many times the bits H.264 needs for what this codec shows.
double worth_of(AVCodecID codec) {
    switch (codec) {
        case AV_CODEC_ID_AV1:
            return 2;
        case AV_CODEC_ID_HEVC:
        case AV_CODEC_ID_VP9:
            return 1.5;
        default:
            return 1;
    }
}

double worth_kbps(
    const std::map<std::int64_t, std::int64_t>& pieces, double seconds, AVCodecID codec
) {
    if (pieces.empty() || seconds <= 0) return 0;
    const auto busiest = std::ranges::max(pieces | std::views::values);
    const double length = std::min(seconds, static_cast<double>(kPiece) / AV_TIME_BASE);
    return static_cast<double>(busiest) * 8 / 1000 / length * worth_of(codec);
}

/// A file that was cut off; not what an edit list hides, nor a header that is a little off.
double missing_seconds(const Input& input, const Timeline& line, double there) {
    if (line.trimmed) return 0;
    const double missing = input.declared_seconds() - there;
    return missing > std::max(0.5, there * 0.05) ? missing : 0;
}

}  // namespace

Timeline measure(int fd, const Job& job) {
    Input input(fd, job);
    check_streams(input, job);
    const auto max_packets =
        static_cast<std::int64_t>((job.max_duration_s + kSlack) * kMaxPicturesPerSecond);
    const auto max_span = static_cast<std::int64_t>((job.max_duration_s + kSlack) * AV_TIME_BASE);
    Timeline line;
    Span picture;
    Span sound;
    std::vector<std::int64_t> keyframes;
    std::vector<std::int64_t> times;
    std::map<std::int64_t, std::int64_t> pieces;
    auto packet = new_packet();
    while (input.read(*packet)) {
        const bool is_picture = packet->stream_index == input.video()->index;
        const bool is_sound = input.audio() && packet->stream_index == input.audio()->index;
        if (is_picture && (packet->flags & AV_PKT_FLAG_DISCARD)) line.trimmed = true;
        if ((!is_picture && !is_sound) || (packet->flags & AV_PKT_FLAG_DISCARD)) continue;
        const std::int64_t at = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        if (at == AV_NOPTS_VALUE) continue;
        const AVRational base = is_picture ? input.video()->time_base : input.audio()->time_base;
        Span& span = is_picture ? picture : sound;
        if (is_picture) {
            times.push_back(av_rescale_q(at, base, kMillionths));
            pieces[(times.back() - times.front()) / kPiece] += packet->size;
        }
        if (is_picture && (packet->flags & AV_PKT_FLAG_KEY)) keyframes.push_back(times.back());
        span.add(
            av_rescale_q(at, base, kMillionths),
            std::max<std::int64_t>(0, av_rescale_q(packet->duration, base, kMillionths))
        );
        if (picture.packets > max_packets || span.end - span.begin > max_span) fail_too_long(job);
    }
    if (picture.packets == 0) fail_unreadable();
    line.start = picture.begin;
    line.keyframe_gap = longest_gap(keyframes, picture.begin, picture.end);
    line.uneven = is_uneven(std::move(times));
    const std::int64_t end = sound.packets > 0 ? std::max(picture.end, sound.end) : picture.end;
    line.duration = end - line.start;
    if (line.duration > max_span) fail_too_long(job);
    const double seconds = static_cast<double>(picture.end - picture.begin) / AV_TIME_BASE;
    line.worth_kbps = worth_kbps(pieces, seconds, input.video()->codecpar->codec_id);
    line.missing = missing_seconds(input, line, seconds);
    if (seconds > 0)
        line.frame_rate = std::clamp(static_cast<double>(picture.packets) / seconds, 1.0, 240.0);
    return line;
}

}  // namespace reelshare::media
