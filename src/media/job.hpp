#pragma once
// What the server and `reelshare-media` say to each other: one JSON line for the job, then one JSON
// line per event. The server believes none of it before `parse_event` has checked every number.

#include "base/error.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::media {

/// The limits and wishes of one job. Written by the server as one line to the child's standard
/// input.
struct Job {
    double max_duration_s = 180;
    std::uint64_t max_pixels = 4096ull * 4096;  ///< Of one picture of the source.
    unsigned max_streams = 16;
    unsigned threads = 0;  ///< 0: as many as there are cores.
    bool early = false;    ///< Make something that can be played first, where that is quick.
    std::optional<double> thumbnail_at;  ///< Seconds; none: the best frame of the first seconds.
    std::uint64_t memory_bytes = 1536u << 20;    ///< RLIMIT_AS of the child.
    unsigned cpu_seconds = 3600;                 ///< RLIMIT_CPU of the child.
    std::uint64_t output_bytes = 2048ull << 20;  ///< RLIMIT_FSIZE of the child.
};

/// One 2 s piece of a rendition's file: a moof and its mdat.
struct Segment {
    std::uint64_t offset = 0;  ///< Bytes.
    std::uint64_t size = 0;    ///< Bytes.
    double duration = 0;       ///< Seconds.
};

/// One rendition: one fragmented MP4 with its index in front.
struct Rendition {
    std::string name;  ///< The short edge, e.g. "540".
    std::string file;  ///< "<name>.mp4"
    int width = 0;
    int height = 0;
    std::string codecs;  ///< RFC 6381, e.g. "avc1.64001f,mp4a.40.2".
    double frame_rate = 0;
    std::uint64_t bandwidth = 0;          ///< Bits per second of the largest segment.
    std::uint64_t average_bandwidth = 0;  ///< Bits per second of the whole.
    std::uint64_t size = 0;               ///< Bytes of the file.
    std::uint64_t init_size = 0;          ///< Bytes of ftyp and moov at its start (EXT-X-MAP).
    std::vector<Segment> segments;
};

struct Poster {
    std::string file;  ///< "poster_360.jpg", "poster_720.jpg"
    int width = 0;
    int height = 0;
};

/// What became of a clip.
struct Report {
    int width = 0;  ///< Upright, square pixels.
    int height = 0;
    double duration = 0;  ///< Seconds.
    bool has_audio = false;
    std::string placeholder;            ///< "#rrggbb": the mean colour of the poster.
    std::vector<Rendition> renditions;  ///< Largest first.
    std::vector<Poster> posters;        ///< Smallest first.
    boost::json::object source;         ///< format_name, duration, size, bit_rate, streams[]
    double wall_seconds = 0;            ///< Of the whole job.
    double speed = 0;                   ///< Seconds of clip per second of wall time.
};

/// What the child says; exactly one of `done` and `failed` ends a job.
struct Event {
    enum class Kind : std::uint8_t { progress, playable, done, failed };
    Kind kind = Kind::progress;
    double fraction = 0;  ///< progress: 0 to 1
    Report report;        ///< playable, done
    std::string reason;   ///< failed: a machine word, e.g. "too_long"
    std::string message;  ///< failed: a sentence for the uploader
};

[[nodiscard]] std::string write_job(const Job& job);  ///< One line, with its line feed.
[[nodiscard]] Result<Job> parse_job(std::string_view line);

[[nodiscard]] std::string write_progress(double fraction);
/// Something that can be played already: other files than those of the final report.
[[nodiscard]] std::string write_playable(const Report& report);
[[nodiscard]] std::string write_done(const Report& report);
[[nodiscard]] std::string write_failed(std::string_view reason, std::string_view message);
/// Checks everything: names, counts (at most 8 renditions, 8 posters, 10,000 segments each),
/// numbers in range, segments in order and inside their file.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

[[nodiscard]] boost::json::object to_json(const Report& report);
[[nodiscard]] Result<Report> report_from_json(const boost::json::object& object);

}  // namespace reelshare::media
