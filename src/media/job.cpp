#include "media/job.hpp"

#include "base/json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace reelshare::media {

namespace {

constexpr std::size_t kMaxRenditions = 8;
constexpr std::size_t kMaxPosters = 8;
constexpr std::size_t kMaxSegments = 10'000;
constexpr std::size_t kMaxSourceText = 64 * 1024;
constexpr std::uint64_t kMaxBytes = 1ull << 42;

/// Reads numbers and texts of a hostile object; the first fault is kept.
class Reader {
  public:
    explicit Reader(const json::object& object) : object_(object) {}

    double real(std::string_view name, double min, double max) {
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_number()) return fault(name), 0.0;
        const double number = value->to_number<double>();
        if (!(number >= min && number <= max)) return fault(name), 0.0;
        return number;
    }
    std::uint64_t whole(std::string_view name, std::uint64_t max) {
        const double number = real(name, 0, static_cast<double>(max));
        if (number != std::floor(number)) fault(name);
        return static_cast<std::uint64_t>(number);
    }
    std::string text(std::string_view name, std::size_t max) {
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_string() || value->get_string().size() > max)
            return fault(name), "";
        std::string found(value->get_string());
        if (std::ranges::any_of(found, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
            fault(name);
        return found;
    }
    /// A server-made file name: nothing that could lead elsewhere.
    std::string file(std::string_view name) {
        std::string found = text(name, 40);
        const bool plain =
            !found.empty() && found.front() != '.' && std::ranges::all_of(found, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
            });
        if (!plain) fault(name);
        return found;
    }
    const json::array& list(std::string_view name, std::size_t max) {
        static const json::array kNone;
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_array() || value->get_array().size() > max)
            return fault(name), kNone;
        return value->get_array();
    }
    const json::object& object(std::string_view name) {
        static const json::object kNone;
        const json::value* value = object_.if_contains(name);
        if (!value || !value->is_object()) return fault(name), kNone;
        return value->get_object();
    }
    void fault(std::string_view name) {
        if (fault_.empty()) fault_ = name;
    }
    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    const json::object& object_;
    std::string fault_;
};

std::unexpected<Error> bad(const std::string& where) {
    return fail_internal("the media program's answer is not valid: " + where);
}

json::object to_json(const Rendition& rendition) {
    json::array segments;
    for (const Segment& segment : rendition.segments)
        segments.push_back(json::array{segment.offset, segment.size, segment.duration});
    return {{"name", rendition.name},           {"file", rendition.file},
            {"width", rendition.width},         {"height", rendition.height},
            {"codecs", rendition.codecs},       {"frameRate", rendition.frame_rate},
            {"bandwidth", rendition.bandwidth}, {"averageBandwidth", rendition.average_bandwidth},
            {"size", rendition.size},           {"initSize", rendition.init_size},
            {"segments", std::move(segments)}};
}

/// Segments follow each other without a gap to the end of the file; between the init part and the
/// first of them is the index.
bool read_segments(const json::array& list, Rendition& rendition) {
    std::optional<std::uint64_t> next;
    for (const json::value& item : list) {
        const json::array* parts = item.if_array();
        if (!parts || parts->size() != 3) return false;
        for (const json::value& part : *parts)
            if (!part.is_number() || !(part.to_number<double>() >= 0) ||
                part.to_number<double>() > 1e15)
                return false;
        const Segment segment{
            static_cast<std::uint64_t>((*parts)[0].to_number<double>()),
            static_cast<std::uint64_t>((*parts)[1].to_number<double>()),
            (*parts)[2].to_number<double>()
        };
        const std::uint64_t offset = next.value_or(std::max(segment.offset, rendition.init_size));
        if (segment.offset != offset || offset > rendition.size || segment.size == 0 ||
            segment.size > rendition.size - offset || segment.duration > 3600)
            return false;
        next = offset + segment.size;
        rendition.segments.push_back(segment);
    }
    return next == rendition.size;
}

Result<Rendition> read_rendition(const json::value& value) {
    if (!value.is_object()) return bad("rendition");
    Reader read(value.get_object());
    Rendition rendition;
    rendition.name = read.file("name");
    rendition.file = read.file("file");
    rendition.width = static_cast<int>(read.whole("width", 16384));
    rendition.height = static_cast<int>(read.whole("height", 16384));
    rendition.codecs = read.text("codecs", 60);
    if (rendition.codecs.find('"') != std::string::npos) read.fault("codecs");
    rendition.frame_rate = read.real("frameRate", 0, 1000);
    rendition.bandwidth = read.whole("bandwidth", kMaxBytes);
    rendition.average_bandwidth = read.whole("averageBandwidth", kMaxBytes);
    rendition.size = read.whole("size", kMaxBytes);
    rendition.init_size = read.whole("initSize", rendition.size);
    if (rendition.file != rendition.name + ".mp4") read.fault("file");
    if (rendition.width < 2 || rendition.height < 2) read.fault("size");
    if (!read_segments(read.list("segments", kMaxSegments), rendition)) read.fault("segments");
    if (!read.fault().empty()) return bad(read.fault());
    return rendition;
}

Result<Poster> read_poster(const json::value& value) {
    if (!value.is_object()) return bad("poster");
    Reader read(value.get_object());
    Poster poster;
    poster.file = read.file("file");
    poster.width = static_cast<int>(read.whole("width", 16384));
    poster.height = static_cast<int>(read.whole("height", 16384));
    if (!poster.file.ends_with(".jpg")) read.fault("file");
    if (!read.fault().empty()) return bad(read.fault());
    return poster;
}

bool is_colour(std::string_view text) {
    return text.size() == 7 && text.front() == '#' &&
           text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

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
    Reader read(*object);
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

json::object to_json(const Report& report) {
    json::array renditions;
    for (const Rendition& rendition : report.renditions) renditions.push_back(to_json(rendition));
    json::array posters;
    for (const Poster& poster : report.posters) {
        posters.push_back(
            json::object{{"file", poster.file}, {"width", poster.width}, {"height", poster.height}}
        );
    }
    return {
        {"width", report.width},
        {"height", report.height},
        {"duration", report.duration},
        {"hasAudio", report.has_audio},
        {"placeholder", report.placeholder},
        {"renditions", std::move(renditions)},
        {"posters", std::move(posters)},
        {"source", report.source},
        {"wallSeconds", report.wall_seconds},
        {"speed", report.speed}
    };
}

Result<Report> report_from_json(const json::object& object) {
    Reader read(object);
    Report report;
    report.width = static_cast<int>(read.whole("width", 16384));
    report.height = static_cast<int>(read.whole("height", 16384));
    report.duration = read.real("duration", 0, 1e6);
    const json::value* audio = object.if_contains("hasAudio");
    report.has_audio = audio && audio->is_bool() && audio->get_bool();
    report.placeholder = read.text("placeholder", 7);
    if (!is_colour(report.placeholder)) read.fault("placeholder");
    report.wall_seconds = read.real("wallSeconds", 0, 1e9);
    report.speed = read.real("speed", 0, 1e9);
    report.source = read.object("source");
    if (json::serialize(report.source).size() > kMaxSourceText) read.fault("source");
    for (const json::value& item : read.list("renditions", kMaxRenditions)) {
        auto rendition = read_rendition(item);
        if (!rendition) return std::unexpected(rendition.error());
        report.renditions.push_back(std::move(*rendition));
    }
    for (const json::value& item : read.list("posters", kMaxPosters)) {
        auto poster = read_poster(item);
        if (!poster) return std::unexpected(poster.error());
        report.posters.push_back(std::move(*poster));
    }
    if (report.renditions.empty()) read.fault("renditions");
    if (report.posters.empty()) read.fault("posters");
    if (!read.fault().empty()) return bad(read.fault());
    return report;
}

Result<Event> parse_event(std::string_view line) {
    auto object = parse_json_object(line);
    if (!object) return bad("not a JSON object");
    Reader read(*object);
    const std::string kind = read.text("event", 20);
    Event event;
    if (kind == "progress") {
        event.fraction = read.real("fraction", 0, 1);
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
    if (!read.fault().empty()) return bad(read.fault());
    return event;
}

}  // namespace reelshare::media
