#include "uploads/multipart.hpp"

#include <algorithm>
#include <cstring>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kMaxPreamble = 4 * 1024;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Cuts `name=value` or `name="value"` off a list of parameters; false at its end or where it is
/// broken.
bool next_parameter(std::string_view& rest, std::string_view& name, std::string& value) {
    rest = trimmed(rest);
    if (!rest.starts_with(';')) return false;
    rest = trimmed(rest.substr(1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    name = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    value.clear();
    if (!rest.starts_with('"')) {
        const auto end = std::min(rest.find(';'), rest.size());
        value = trimmed(rest.substr(0, end));
        rest.remove_prefix(end);
        return true;
    }
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return true;
        }
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
    }
    return false;
}

/// The part header's one line that matters; false where it is missing or broken.
bool read_header(std::string_view text, PartHeader& header) {
    constexpr std::string_view kField = "content-disposition:";
    bool found = false;
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
        if (line.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
            return false;
        if (line.size() < kField.size() || !same(line.substr(0, kField.size()), kField)) continue;
        std::string_view rest = trimmed(line.substr(kField.size()));
        constexpr std::string_view kType = "form-data";
        if (found || !same(rest.substr(0, kType.size()), kType)) return false;
        found = true;
        rest.remove_prefix(kType.size());
        std::string_view name;
        std::string value;
        while (next_parameter(rest, name, value)) {
            if (same(name, "name")) header.name = value;
            if (same(name, "filename") || same(name, "filename*")) header.has_filename = true;
        }
        if (!trimmed(rest).empty()) return false;
    }
    return found && !header.name.empty();
}

}  // namespace

std::optional<std::string> boundary_of(std::string_view content_type) {
    constexpr std::string_view kType = "multipart/form-data";
    if (content_type.size() < kType.size() || !same(content_type.substr(0, kType.size()), kType))
        return std::nullopt;
    std::string_view rest = content_type.substr(kType.size());
    std::string_view name;
    std::string value;
    while (next_parameter(rest, name, value)) {
        if (!same(name, "boundary")) continue;
        const bool allowed =
            !value.empty() && value.size() <= 70 && value.back() != ' ' &&
            std::ranges::all_of(value, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
            });
        return allowed ? std::optional(value) : std::nullopt;
    }
    return std::nullopt;
}

// The first boundary may stand at the very beginning: as if a line had ended before it.
MultipartParser::MultipartParser(const std::string& boundary)
    : delimiter_("\r\n--" + boundary), held_("\r\n") {}

MultipartParser::Event MultipartParser::bad(std::string_view fault) {
    return {.kind = Event::Kind::bad, .fault = fault};
}

MultipartParser::Event MultipartParser::next(std::span<const char>& input) {
    while (!input.empty()) {
        Event event;
        switch (place_) {
            case Place::preamble:
            case Place::body:
                event = in_body(input);
                break;
            case Place::after_boundary:
                event = after_boundary(input);
                break;
            case Place::header:
                event = in_header(input);
                break;
            case Place::epilogue:
                // What comes behind the last boundary means nothing (RFC 2046 §5.1.1).
                input = {};
                break;
        }
        if (event.kind != Event::Kind::more) return event;
    }
    return {};
}

/// How many of the last bytes may be the beginning of a delimiter.
std::size_t MultipartParser::tail_of(std::string_view bytes) const {
    std::size_t tail = std::min(delimiter_.size() - 1, bytes.size());
    while (tail > 0 && !bytes.ends_with(std::string_view(delimiter_).substr(0, tail))) --tail;
    return tail;
}

/// A delimiter that may have begun in the last input: `held_` with as much of this one as decides
/// it.
MultipartParser::Event MultipartParser::across_inputs(std::span<const char>& input) {
    const std::size_t take = std::min(input.size(), delimiter_.size() - 1);
    std::string joined = held_ + std::string(input.data(), take);
    const auto at = joined.find(delimiter_);
    std::size_t emitted = held_.size();
    if (at < held_.size()) {
        input = input.subspan(at + delimiter_.size() - held_.size());
        emitted = at;
        held_.clear();
        line_.clear();
        place_ = Place::after_boundary;
    } else if (take == input.size()) {
        input = {};
        emitted = joined.size() - tail_of(joined);
        held_ = joined.substr(emitted);
    } else {
        held_.clear();  // No delimiter begins in there; the input is looked at next.
    }
    out_ = joined.substr(0, emitted);
    return {.kind = Event::Kind::bytes, .bytes = out_};
}

/// Looks for the delimiter; of the input only a tail shorter than it is ever copied.
MultipartParser::Event MultipartParser::in_body(std::span<const char>& input) {
    const bool preamble = place_ == Place::preamble;
    Event event = held_.empty() ? within_input(input) : across_inputs(input);
    if (preamble) {
        skipped_ += event.bytes.size();
        if (skipped_ > kMaxPreamble) return bad("The body does not begin with its boundary.");
        return {};
    }
    return event.bytes.empty() ? Event{} : event;
}

MultipartParser::Event MultipartParser::within_input(std::span<const char>& input) {
    const auto* found = static_cast<const char*>(
        ::memmem(input.data(), input.size(), delimiter_.data(), delimiter_.size())
    );
    std::size_t size = input.size();
    if (found) {
        size = static_cast<std::size_t>(found - input.data());
        place_ = Place::after_boundary;
        line_.clear();
    } else {
        const std::string_view all(input.data(), input.size());
        size -= tail_of(all);
        held_ = all.substr(size);
    }
    const std::span<const char> bytes = input.first(size);
    input = found ? input.subspan(size + delimiter_.size()) : std::span<const char>();
    return {.kind = Event::Kind::bytes, .bytes = bytes};
}

MultipartParser::Event MultipartParser::after_boundary(std::span<const char>& input) {
    line_ += input.front();
    input = input.subspan(1);
    if (line_ == "--") {
        place_ = Place::epilogue;
        return {.kind = Event::Kind::end};
    }
    if (line_ == "\r\n") {
        line_.clear();
        place_ = Place::header;
        if (++parts_ > kMaxParts) return bad("There are too many parts.");
        return {};
    }
    if (line_.size() >= 2) return bad("A boundary is malformed.");
    return {};
}

MultipartParser::Event MultipartParser::in_header(std::span<const char>& input) {
    const std::size_t before = line_.size();
    const std::size_t take = std::min(input.size(), kMaxHeader + 4 - before);
    line_.append(input.data(), take);
    const auto end = line_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end == std::string::npos) {
        input = input.subspan(take);
        if (line_.size() >= kMaxHeader) return bad("A part's header is too large.");
        return {};
    }
    input = input.subspan(end + 4 - before);
    Event event{.kind = Event::Kind::part};
    if (!read_header(std::string_view(line_).substr(0, end), event.header))
        return bad("A part's header is malformed.");
    line_.clear();
    place_ = Place::body;
    return event;
}

}  // namespace reelshare::uploads
