#include "media/job.hpp"

#include "media/hostile_reader.hpp"

#include <boost/json/serialize.hpp>

namespace reelshare::media {

namespace {

constexpr std::uint64_t kMaxBytes = 1ull << 42;

}  // namespace

std::string write_job(const Job& job) {
    json::object line{{"maxDuration", job.max_duration_s}, {"maxPixels", job.max_pixels},
                      {"maxStreams", job.max_streams},     {"threads", job.threads},
                      {"memoryBytes", job.memory_bytes},   {"cpuSeconds", job.cpu_seconds},
                      {"outputBytes", job.output_bytes}};
    if (job.early) line["early"] = true;
    if (job.thumbnail_at) line["thumbnailAt"] = *job.thumbnail_at;
    return json::serialize(line) + '\n';
}

Result<Job> parse_job(std::string_view line) {
    auto object = parse_json_object(line);
    if (!object) return std::unexpected(object.error());
    HostileReader read(*object);
    Job job;
    job.max_duration_s = read.real("maxDuration", 0, 1e6);
    job.max_pixels = read.whole("maxPixels", 1ull << 40);
    job.max_streams = static_cast<unsigned>(read.whole("maxStreams", 1000));
    job.threads = static_cast<unsigned>(read.whole("threads", 1024));
    job.memory_bytes = read.whole("memoryBytes", kMaxBytes);
    job.cpu_seconds = static_cast<unsigned>(read.whole("cpuSeconds", 1'000'000));
    job.output_bytes = read.whole("outputBytes", kMaxBytes);
    job.early = object->contains("early");
    if (object->contains("thumbnailAt")) job.thumbnail_at = read.real("thumbnailAt", 0, 1e6);
    if (!read.fault().empty()) return fail(Errc::invalid, "job: " + read.fault());
    return job;
}

std::string write_measured(double seconds) {
    return json::serialize(json::object{{"event", "measured"}, {"seconds", seconds}}) + '\n';
}

std::string write_progress(double fraction) {
    return json::serialize(json::object{{"event", "progress"}, {"fraction", fraction}}) + '\n';
}

std::string write_playable(const Report& report) {
    return json::serialize(json::object{{"event", "playable"}, {"report", to_json(report)}}) + '\n';
}

std::string write_done(const Report& report) {
    return json::serialize(json::object{{"event", "done"}, {"report", to_json(report)}}) + '\n';
}

std::string write_failed(std::string_view reason, std::string_view message) {
    return json::serialize(
               json::object{{"event", "failed"}, {"reason", reason}, {"message", message}}
           ) +
           '\n';
}

Result<Event> parse_event(std::string_view line) {
    auto object = parse_json_object(line);
    if (!object) return bad_answer("not a JSON object");
    HostileReader read(*object);
    const std::string kind = read.text("event", 20);
    Event event;
    if (kind == "progress") {
        event.fraction = read.real("fraction", 0, 1);
    } else if (kind == "measured") {
        event.kind = Event::Kind::measured;
        event.seconds = read.real("seconds", 0, 1e6);
    } else if (kind == "failed") {
        event.kind = Event::Kind::failed;
        event.reason = read.text("reason", 40);
        event.message = read.text("message", 300);
    } else if (kind == "done" || kind == "playable") {
        event.kind = kind == "done" ? Event::Kind::done : Event::Kind::playable;
        auto report = report_from_json(read.object("report"));
        if (!report) return std::unexpected(report.error());
        event.report = std::move(*report);
    } else {
        read.fault("event");
    }
    if (!read.fault().empty()) return bad_answer(read.fault());
    return event;
}

}  // namespace reelshare::media
