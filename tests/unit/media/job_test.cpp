// The server believes nothing that the media program says before it was checked.

#include "media/job.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <functional>

namespace reelshare::media {
namespace {

namespace json = boost::json;

Report sample() {
    Report report;
    report.width = 720;
    report.height = 1280;
    report.duration = 3.5;
    report.has_audio = true;
    report.placeholder = "#0a1b2c";
    Rendition rendition;
    rendition.name = "720";
    rendition.file = "720.mp4";
    rendition.width = 720;
    rendition.height = 1280;
    rendition.codecs = "avc1.64001f";
    rendition.frame_rate = 30;
    rendition.bandwidth = 1000;
    rendition.average_bandwidth = 900;
    rendition.init_size = 100;
    rendition.size = 1000;
    rendition.ssim = 0.96875;
    rendition.segments = {{150, 400, 2}, {550, 450, 1.5}};
    report.renditions = {rendition};
    report.posters = {{"poster_360.jpg", 360, 640}};
    report.source = {{"format_name", "mov"}};
    report.thumb_hash = "1QcSHQRnh493V4dIh4eXh1h4kJUI";
    report.warning = "The end of the file is missing.";
    report.storyboard = {"storyboard.webp", 10, 4, 90, 160, 1};
    report.preview = {"preview.webp", 180, 320, 3};
    report.loudness = {-23.5, -4.25, 2.75};
    report.hashes = {{0, 0x0123456789abcdef}, {2, 0xffffffffffffffff}};
    report.stages = {{"measure", 0.25, 0.125}, {"encode", 4, 7.5}};
    return report;
}

TEST(Job, GoesThereAndBack) {
    Job job;
    job.thumbnail_at = 1.25;
    job.max_duration_s = 42;
    const auto read = parse_job(write_job(job));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->thumbnail_at, 1.25);
    EXPECT_EQ(read->max_duration_s, 42);
    EXPECT_FALSE(parse_job("{}"));
    EXPECT_FALSE(parse_job("nonsense"));
}

TEST(Event, ReportGoesThereAndBack) {
    const auto event = parse_event(write_done(sample()));
    ASSERT_TRUE(event) << event.error().detail;
    EXPECT_EQ(event->kind, Event::Kind::done);
    EXPECT_EQ(to_json(event->report), to_json(sample()));
}

TEST(Event, TheMeasureOfAClip) {
    const auto event = parse_event(write_measured(12.5));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, Event::Kind::measured);
    EXPECT_DOUBLE_EQ(event->seconds, 12.5);
    EXPECT_FALSE(parse_event(R"({"event":"measured","seconds":-1})"));
    EXPECT_FALSE(parse_event(R"({"event":"measured"})"));
}

TEST(Event, AStageWithAnotherNameIsNoLabel) {
    json::object report = to_json(sample());
    report["stages"].as_object()["evil\n"] = json::array{1, 1};
    const auto event =
        parse_event(json::serialize(json::object{{"event", "done"}, {"report", report}}));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->report.stages.size(), 2U);
}

TEST(Event, ProgressAndFailure) {
    EXPECT_DOUBLE_EQ(parse_event(write_progress(0.25))->fraction, 0.25);
    const auto failed = parse_event(write_failed("too_long", "It is too long."));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->reason, "too_long");
    EXPECT_EQ(failed->message, "It is too long.");
    EXPECT_FALSE(parse_event(R"({"event":"progress","fraction":2})"));
    EXPECT_FALSE(parse_event(R"({"event":"done"})"));
    EXPECT_FALSE(parse_event(R"({"event":"other"})"));
    EXPECT_FALSE(parse_event("[]"));
}

struct Lie {
    const char* name;
    std::function<void(json::object& report)> tell;
};
json::object& first(json::object& report, const char* list) {
    return report[list].as_array()[0].as_object();
}

class HostileReport : public testing::TestWithParam<Lie> {};

TEST_P(HostileReport, IsRefused) {
    json::object report = to_json(sample());
    GetParam().tell(report);
    const std::string line = json::serialize(json::object{{"event", "done"}, {"report", report}});
    EXPECT_FALSE(parse_event(line)) << line;
}

INSTANTIATE_TEST_SUITE_P(
    Lies,
    HostileReport,
    testing::Values(
        Lie{"FileElsewhere", [](auto& r) { first(r, "renditions")["file"] = "../../etc/passwd"; }},
        Lie{"FileOfAnotherName", [](auto& r) { first(r, "renditions")["file"] = "1080.mp4"; }},
        Lie{"PosterElsewhere", [](auto& r) { first(r, "posters")["file"] = "/etc/passwd.jpg"; }},
        Lie{"PosterThatIsAPage", [](auto& r) { first(r, "posters")["file"] = "poster.html"; }},
        Lie{"NoRenditions", [](auto& r) { r["renditions"] = json::array{}; }},
        Lie{"NegativeWidth", [](auto& r) { first(r, "renditions")["width"] = -1; }},
        Lie{"SegmentBehindTheEnd",
            [](auto& r) { first(r, "renditions")["segments"] = json::array{{150, 4000, 2}}; }},
        Lie{"SegmentInsideTheInit",
            [](auto& r) { first(r, "renditions")["segments"] = json::array{{50, 950, 2}}; }},
        Lie{"GapBetweenSegments",
            [](auto& r) {
                first(r, "renditions")["segments"] = json::array{{150, 400, 2}, {600, 400, 2}};
            }},
        Lie{"EmptySegment",
            [](auto& r) {
                first(r, "renditions")["segments"] = json::array{{150, 0, 2}, {150, 850, 2}};
            }},
        Lie{"SegmentThatWraps",
            [](auto& r) { first(r, "renditions")["segments"] = json::array{{150, 1e30, 2}}; }},
        Lie{"PlaylistInjection", [](auto& r) { first(r, "renditions")["codecs"] = "x\"\n#EXTINF"; }
        },
        Lie{"ColourInjection", [](auto& r) { r["placeholder"] = "red;}"; }},
        Lie{"EndlessDuration", [](auto& r) { r["duration"] = 1e300; }},
        Lie{"NoDuration", [](auto& r) { r.erase("duration"); }},
        Lie{"StoryboardElsewhere",
            [](auto& r) { r["storyboard"].as_object()["file"] = "../storyboard.webp"; }},
        Lie{"StoryboardOfMillions",
            [](auto& r) { r["storyboard"].as_object()["count"] = 1'000'000; }},
        Lie{"StoryboardWithoutColumns", [](auto& r) { r["storyboard"].as_object()["columns"] = 0; }
        },
        Lie{"StoryboardWithoutTime", [](auto& r) { r["storyboard"].as_object()["interval"] = 0; }},
        Lie{"PreviewThatIsAPage", [](auto& r) { r["preview"].as_object()["file"] = "preview.html"; }
        },
        Lie{"LoudnessBeyondHearing", [](auto& r) { r["loudness"].as_object()["gain"] = 1e9; }},
        Lie{"LikerThanItself", [](auto& r) { first(r, "renditions")["ssim"] = 1.5; }},
        Lie{"StageOfNegativeTime",
            [](auto& r) { r["stages"].as_object()["encode"] = json::array{-1, 1}; }},
        Lie{"StageThatIsNoPair", [](auto& r) { r["stages"].as_object()["encode"] = 7; }},
        Lie{"HashOfOtherDigits", [](auto& r) { r["hashes"] = json::array{{0, "zz"}}; }},
        Lie{"HashWithoutTime", [](auto& r) { r["hashes"] = json::array{{-1, "0123456789abcdef"}}; }
        },
        Lie{"ThumbHashInjection", [](auto& r) { r["thumbHash"] = "\"><script>"; }},
        Lie{"SourceThatIsNoObject", [](auto& r) { r["source"] = 5; }}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace reelshare::media
