#include "media/hls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace reelshare::media {

std::string master_playlist(const Report& report) {
    std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";
    for (const Rendition& rendition : report.renditions) {
        fmt::format_to(
            std::back_inserter(text),
            "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{}\",RESOLUTION={}x{},"
            "FRAME-RATE={:.3f}\n{}.m3u8\n",
            std::max<std::uint64_t>(1, rendition.bandwidth),
            std::max<std::uint64_t>(1, rendition.average_bandwidth), rendition.codecs,
            rendition.width, rendition.height, rendition.frame_rate, rendition.name
        );
    }
    return text;
}

std::string media_playlist(const Rendition& rendition) {
    double longest = 0;
    for (const Segment& segment : rendition.segments) longest = std::max(longest, segment.duration);
    // RFC 8216 §4.3.3.1: each duration, rounded, is at most the target.
    std::string text = fmt::format(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"{}\",BYTERANGE=\"{"
        "}@0\"\n",
        std::max(1L, std::lround(longest)), rendition.file, rendition.init_size
    );
    for (const Segment& segment : rendition.segments) {
        fmt::format_to(
            std::back_inserter(text), "#EXTINF:{:.6f},\n#EXT-X-BYTERANGE:{}@{}\n{}\n",
            segment.duration, segment.size, segment.offset, rendition.file
        );
    }
    return text + "#EXT-X-ENDLIST\n";
}

namespace {

/// "00:01:02.500"
std::string cue_time(double seconds) {
    const auto millis = static_cast<std::int64_t>(std::llround(seconds * 1000));
    return fmt::format(
        "{:02}:{:02}:{:02}.{:03}", millis / 3'600'000, millis / 60'000 % 60, millis / 1000 % 60,
        millis % 1000
    );
}

}  // namespace

std::string storyboard_cues(const Storyboard& board, double duration) {
    std::string text = "WEBVTT\n";
    for (int tile = 0; tile < board.count; ++tile) {
        const double begin = tile * board.interval;
        const double end = tile + 1 < board.count ? begin + board.interval : duration;
        fmt::format_to(
            std::back_inserter(text), "\n{} --> {}\n{}#xywh={},{},{},{}\n", cue_time(begin),
            cue_time(std::max(end, begin + 0.001)), board.file,
            tile % board.columns * board.tile_width, tile / board.columns * board.tile_height,
            board.tile_width, board.tile_height
        );
    }
    return text;
}

}  // namespace reelshare::media
