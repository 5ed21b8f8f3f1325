#include "media/hls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reelshare::media {
namespace {

using testing::HasSubstr;

Rendition sample() {
    Rendition rendition;
    rendition.name = "540";
    rendition.file = "540.mp4";
    rendition.width = 540;
    rendition.height = 960;
    rendition.codecs = "avc1.64001f,mp4a.40.2";
    rendition.frame_rate = 29.97;
    rendition.bandwidth = 2'000'000;
    rendition.average_bandwidth = 1'200'000;
    rendition.init_size = 1200;
    rendition.segments = {{1300, 5000, 2.002}, {6300, 4000, 1.4}};
    rendition.size = 10'300;
    return rendition;
}

TEST(Hls, MasterHasEveryAttributeThatApplesSpecificationRequires) {
    Report report;
    report.renditions = {sample()};
    EXPECT_EQ(
        master_playlist(report),
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1200000,CODECS=\"avc1.64001f,mp4a."
        "40.2\","
        "RESOLUTION=540x960,FRAME-RATE=29.970\n540.m3u8\n"
    );
}

TEST(Hls, MediaPlaylistCutsOneFileIntoRanges) {
    EXPECT_EQ(
        media_playlist(sample()),
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-"
        "PLAYLIST-TYPE:VOD\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"540.mp4\",BYTERANGE=\"1200@0\"\n"
        "#EXTINF:2.002000,\n#EXT-X-BYTERANGE:5000@1300\n540.mp4\n"
        "#EXTINF:1.400000,\n#EXT-X-BYTERANGE:4000@6300\n540.mp4\n#EXT-X-ENDLIST\n"
    );
}

TEST(Hls, TargetDurationIsNeverZero) {
    Rendition rendition = sample();
    rendition.segments = {{1300, 9000, 0.04}};
    EXPECT_THAT(media_playlist(rendition), HasSubstr("#EXT-X-TARGETDURATION:1\n"));
}

}  // namespace
}  // namespace reelshare::media
