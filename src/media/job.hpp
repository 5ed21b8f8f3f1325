#pragma once
// What the server and `reelshare-media` say to each other: one JSON line for the job, then one JSON
// line per event. The server believes none of it before `parse_event` has checked every number.

#include "media/report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// What the child says; exactly one of `done` and `failed` ends a job.
struct Event {
    enum class Kind : std::uint8_t { measured, progress, playable, done, failed };
    Kind kind = Kind::progress;
    double seconds = 0;   ///< measured: how long the clip is
    double fraction = 0;  ///< progress: 0 to 1
    Report report;        ///< playable, done
    std::string reason;   ///< failed: a machine word, e.g. "too_long"
    std::string message;  ///< failed: a sentence for the uploader
};

[[nodiscard]] std::string write_job(const Job& job);  ///< One line, with its line feed.
[[nodiscard]] Result<Job> parse_job(std::string_view line);

/// How long the clip really is: said once, before anything is made of it.
[[nodiscard]] std::string write_measured(double seconds);
[[nodiscard]] std::string write_progress(double fraction);
/// Something that can be played already: other files than those of the final report.
[[nodiscard]] std::string write_playable(const Report& report);
[[nodiscard]] std::string write_done(const Report& report);
[[nodiscard]] std::string write_failed(std::string_view reason, std::string_view message);
/// Checks everything, as `report_from_json` does.
[[nodiscard]] Result<Event> parse_event(std::string_view line);

}  // namespace reelshare::media
