#include "media/report.hpp"

#include "media/hostile_reader.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace reelshare::media {

namespace {

constexpr std::size_t kMaxRenditions = 8;
constexpr std::size_t kMaxPosters = 8;
constexpr std::size_t kMaxSegments = 10'000;
constexpr std::size_t kMaxHashes = 10'000;
constexpr std::size_t kMaxSourceText = 64 * 1024;
constexpr std::uint64_t kMaxBytes = 1ull << 42;
constexpr std::uint64_t kMaxEdge = 16384;

json::object to_json(const Rendition& rendition) {
    json::array segments;
    for (const Segment& segment : rendition.segments)
        segments.push_back(json::array{segment.offset, segment.size, segment.duration});
    return {{"name", rendition.name},           {"file", rendition.file},
            {"width", rendition.width},         {"height", rendition.height},
            {"codecs", rendition.codecs},       {"frameRate", rendition.frame_rate},
            {"bandwidth", rendition.bandwidth}, {"averageBandwidth", rendition.average_bandwidth},
            {"size", rendition.size},           {"initSize", rendition.init_size},
            {"ssim", rendition.ssim},           {"segments", std::move(segments)}};
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
    if (!value.is_object()) return bad_answer("rendition");
    HostileReader read(value.get_object());
    Rendition rendition;
    rendition.name = read.file("name");
    rendition.file = read.file("file");
    rendition.width = static_cast<int>(read.whole("width", kMaxEdge));
    rendition.height = static_cast<int>(read.whole("height", kMaxEdge));
    rendition.codecs = read.text("codecs", 60);
    if (rendition.codecs.find('"') != std::string::npos) read.fault("codecs");
    rendition.frame_rate = read.real("frameRate", 0, 1000);
    rendition.bandwidth = read.whole("bandwidth", kMaxBytes);
    rendition.average_bandwidth = read.whole("averageBandwidth", kMaxBytes);
    rendition.size = read.whole("size", kMaxBytes);
    rendition.init_size = read.whole("initSize", rendition.size);
    if (value.get_object().contains("ssim")) rendition.ssim = read.real("ssim", 0, 1);
    if (rendition.file != rendition.name + ".mp4") read.fault("file");
    if (rendition.width < 2 || rendition.height < 2) read.fault("size");
    if (!read_segments(read.list("segments", kMaxSegments), rendition)) read.fault("segments");
    if (!read.fault().empty()) return bad_answer(read.fault());
    return rendition;
}

Result<Poster> read_poster(const json::value& value) {
    if (!value.is_object()) return bad_answer("poster");
    HostileReader read(value.get_object());
    Poster poster;
    poster.file = read.file("file");
    poster.width = static_cast<int>(read.whole("width", kMaxEdge));
    poster.height = static_cast<int>(read.whole("height", kMaxEdge));
    if (!poster.file.ends_with(".jpg")) read.fault("file");
    if (!read.fault().empty()) return bad_answer(read.fault());
    return poster;
}

bool is_colour(std::string_view text) {
    return text.size() == 7 && text.front() == '#' &&
           text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

std::string hex_of(std::uint64_t bits) {
    return fmt::format("{:016x}", bits);
}

void write_extras(const Report& report, json::object& out) {
    if (!report.thumb_hash.empty()) out["thumbHash"] = report.thumb_hash;
    if (!report.warning.empty()) out["warning"] = report.warning;
    if (const auto& board = report.storyboard)
        out["storyboard"] = {
            {"file", board->file},
            {"columns", board->columns},
            {"count", board->count},
            {"tileWidth", board->tile_width},
            {"tileHeight", board->tile_height},
            {"interval", board->interval}
        };
    if (const auto& preview = report.preview)
        out["preview"] = {
            {"file", preview->file},
            {"width", preview->width},
            {"height", preview->height},
            {"duration", preview->duration}
        };
    if (const auto& loudness = report.loudness)
        out["loudness"] = {
            {"integrated", loudness->integrated},
            {"truePeak", loudness->true_peak},
            {"gain", loudness->gain}
        };
    if (!report.stages.empty()) {
        json::object& stages = out["stages"].emplace_object();
        for (const Stage& stage : report.stages) stages[stage.name] = {stage.wall, stage.cpu};
    }
    json::array hashes;
    for (const PictureHash& hash : report.hashes)
        hashes.push_back(json::array{hash.second, hex_of(hash.bits)});
    if (!hashes.empty()) out["hashes"] = std::move(hashes);
}

Result<Storyboard> read_storyboard(const json::object& object) {
    HostileReader read(object);
    Storyboard board;
    board.file = read.file("file");
    board.columns = static_cast<int>(read.whole("columns", 1000));
    board.count = static_cast<int>(read.whole("count", 1000));
    board.tile_width = static_cast<int>(read.whole("tileWidth", 1024));
    board.tile_height = static_cast<int>(read.whole("tileHeight", 1024));
    board.interval = read.real("interval", 0.01, 1e6);
    if (!board.file.ends_with(".webp")) read.fault("file");
    if (board.columns < 1 || board.count < 1 || board.tile_width < 1 || board.tile_height < 1)
        read.fault("size");
    if (!read.fault().empty()) return bad_answer("storyboard: " + read.fault());
    return board;
}

Result<Preview> read_preview(const json::object& object) {
    HostileReader read(object);
    Preview preview;
    preview.file = read.file("file");
    preview.width = static_cast<int>(read.whole("width", kMaxEdge));
    preview.height = static_cast<int>(read.whole("height", kMaxEdge));
    preview.duration = read.real("duration", 0, 60);
    if (!preview.file.ends_with(".webp")) read.fault("file");
    if (!read.fault().empty()) return bad_answer("preview: " + read.fault());
    return preview;
}

Result<Loudness> read_loudness(const json::object& object) {
    HostileReader read(object);
    Loudness loudness;
    loudness.integrated = read.real("integrated", -120, 40);
    loudness.true_peak = read.real("truePeak", -200, 60);
    loudness.gain = read.real("gain", -60, 60);
    if (!read.fault().empty()) return bad_answer("loudness: " + read.fault());
    return loudness;
}

/// [second, "16 hexadecimal digits"]
bool read_hash(const json::value& value, PictureHash& hash) {
    const json::array* parts = value.if_array();
    if (!parts || parts->size() != 2 || !(*parts)[0].is_number() || !(*parts)[1].is_string())
        return false;
    const double second = (*parts)[0].to_number<double>();
    const std::string_view digits = (*parts)[1].get_string();
    if (!(second >= 0 && second <= 1e6) || digits.size() != 16) return false;
    hash.second = static_cast<unsigned>(second);
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, hash.bits, 16);
    return parsed.ec == std::errc() && parsed.ptr == end;
}

/// Base64 of at most 25 bytes.
bool is_thumb_hash(std::string_view text) {
    return text.size() <= 36 && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) || c == '+' || c == '/' || c == '=';
           });
}

/// {name: [wall, cpu]}; names that we do not know are left out.
bool read_stages(const json::object& object, std::vector<Stage>& stages) {
    for (const std::string_view name : kStages) {
        const json::value* value = object.if_contains(name);
        if (!value) continue;
        const json::array* parts = value->if_array();
        if (!parts || parts->size() != 2) return false;
        for (const json::value& part : *parts)
            if (!part.is_number() || !(part.to_number<double>() >= 0) ||
                part.to_number<double>() > 1e9)
                return false;
        stages.push_back(
            {std::string(name), (*parts)[0].to_number<double>(), (*parts)[1].to_number<double>()}
        );
    }
    return true;
}

/// What a report may lack.
Result<void> read_extras(const json::object& object, Report& report) {
    HostileReader read(object);
    if (object.contains("thumbHash")) report.thumb_hash = read.text("thumbHash", 36);
    if (!is_thumb_hash(report.thumb_hash)) read.fault("thumbHash");
    if (object.contains("warning")) report.warning = read.text("warning", 300);
    if (object.contains("storyboard")) {
        auto board = read_storyboard(read.object("storyboard"));
        if (!board) return std::unexpected(board.error());
        report.storyboard = std::move(*board);
    }
    if (object.contains("preview")) {
        auto preview = read_preview(read.object("preview"));
        if (!preview) return std::unexpected(preview.error());
        report.preview = std::move(*preview);
    }
    if (object.contains("loudness")) {
        auto loudness = read_loudness(read.object("loudness"));
        if (!loudness) return std::unexpected(loudness.error());
        report.loudness = *loudness;
    }
    if (object.contains("stages") && !read_stages(read.object("stages"), report.stages))
        read.fault("stages");
    if (object.contains("hashes")) {
        for (const json::value& item : read.list("hashes", kMaxHashes))
            if (!read_hash(item, report.hashes.emplace_back())) read.fault("hashes");
    }
    if (!read.fault().empty()) return bad_answer(read.fault());
    return {};
}

}  // namespace

json::object to_json(const Report& report) {
    json::array renditions;
    for (const Rendition& rendition : report.renditions) renditions.push_back(to_json(rendition));
    json::array posters;
    for (const Poster& poster : report.posters) {
        posters.push_back(
            json::object{{"file", poster.file}, {"width", poster.width}, {"height", poster.height}}
        );
    }
    json::object out{
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
    write_extras(report, out);
    return out;
}

Result<Report> report_from_json(const json::object& object) {
    HostileReader read(object);
    Report report;
    report.width = static_cast<int>(read.whole("width", kMaxEdge));
    report.height = static_cast<int>(read.whole("height", kMaxEdge));
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
    auto extras = read_extras(object, report);
    if (!extras) return std::unexpected(extras.error());
    if (report.renditions.empty()) read.fault("renditions");
    if (report.posters.empty()) read.fault("posters");
    if (!read.fault().empty()) return bad_answer(read.fault());
    return report;
}

}  // namespace reelshare::media
