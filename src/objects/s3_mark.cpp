#include "objects/s3_mark.hpp"

#include "objects/s3_multipart.hpp"

#include <fmt/format.h>

#include <charconv>

namespace reelshare::objects {

namespace {

/// Cuts the part in front of the next `separator` off `rest`.
std::string_view cut(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

}  // namespace

std::string write_note(const Pieces& pieces) {
    std::string text;
    for (std::size_t from = 0; from < pieces.parts.size();) {
        std::size_t to = from;
        while (to < pieces.parts.size() && pieces.parts[to] == pieces.parts[from]) ++to;
        text += fmt::format("{}{}*{}", from == 0 ? "" : ",", pieces.parts[from], to - from);
        from = to;
    }
    return text + ';' + pieces.tail + ';' + pieces.old_tail;
}

Result<Pieces> read_note(std::string_view note) {
    Pieces pieces;
    std::string_view runs = cut(note, ';');
    pieces.tail = cut(note, ';');
    pieces.old_tail = cut(note, ';');
    while (!runs.empty()) {
        std::string_view count = cut(runs, ',');
        const std::string visit(cut(count, '*'));
        std::size_t times = 0;
        const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), times);
        const bool whole = error == std::errc() && end == count.data() + count.size();
        if (!whole || visit.empty() || times > kS3MaxParts - pieces.parts.size())
            return fail_internal("not the note of an unfinished object");
        pieces.parts.insert(pieces.parts.end(), times, visit);
    }
    return pieces;
}

std::string partial_folder(std::string_view key) {
    return fmt::format("{}{}/", kPartialPrefix, key);
}

std::string part_key(std::string_view key, std::size_t place, std::string_view visit) {
    return fmt::format("{}{:05}-{}", partial_folder(key), place, visit);
}

std::string tail_key(std::string_view key, std::string_view visit) {
    return fmt::format("{}tail-{}", partial_folder(key), visit);
}

std::string whole_of(std::string_view piece_key) {
    if (!piece_key.starts_with(kPartialPrefix)) return {};
    piece_key.remove_prefix(kPartialPrefix.size());
    const auto name = piece_key.rfind('/');
    return name == std::string_view::npos ? std::string() : std::string(piece_key.substr(0, name));
}

}  // namespace reelshare::objects
