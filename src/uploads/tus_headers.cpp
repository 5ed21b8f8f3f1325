#include "uploads/tus_headers.hpp"

#include "base/base64.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "videos/fields.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kMaxDigits = 15;
constexpr std::array<std::string_view, 5> kOfTheFile = {
    "filename", "filetype", "name", "type", "relativePath"
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

/// Cuts the part in front of the next `separator` off `rest`.
std::string_view cut(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

std::unexpected<Error> bad_metadata() {
    return fail_field("Upload-Metadata", "Upload-Metadata is malformed.");
}

/// ["a","b"] or a,b
json::value tags_of(std::string_view text) {
    json::error_code ec;
    json::value list = json::parse(text, ec);
    if (!ec && list.is_array()) return list;
    json::array tags;
    while (!text.empty()) {
        const std::string_view tag = trimmed(cut(text, ','));
        if (!tag.empty()) tags.emplace_back(tag);
    }
    return tags;
}

json::value value_of(std::string_view key, const std::string& text) {
    if (key == "tags") return tags_of(text);
    if (key != "thumbnailAt") return json::value(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return json::value(text);
    return number;
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
    if (text.empty() || text.size() > kMaxDigits ||
        !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Result<videos::NewVideo> read_metadata(std::string_view header) {
    json::object data;
    for (std::string_view rest = header; !rest.empty();) {
        std::string_view pair = trimmed(cut(rest, ','));
        const std::string_view key = cut(pair, ' ');
        const auto value = from_base64(trimmed(pair));
        if (key.empty() || !value || !utf8_length(*value) || !utf8_length(key))
            return bad_metadata();
        if (std::ranges::find(kOfTheFile, key) != kOfTheFile.end()) continue;
        if (data.contains(key)) return bad_metadata();
        data[key] = value_of(key, *value);
    }
    return videos::read_new_video(data);
}

Result<Checksum> read_checksum(std::string_view header) {
    std::string_view rest = header;
    Checksum checksum{.algorithm = std::string(cut(rest, ' ')), .digest = {}};
    if (!Digest::named(checksum.algorithm))
        return fail_field("Upload-Checksum", "The checksum must be one of: sha1, sha256.");
    auto digest = from_base64(rest);
    const std::size_t size = checksum.algorithm == "sha1" ? 20 : 32;
    if (!digest || digest->size() != size)
        return fail_field("Upload-Checksum", "The checksum is malformed.");
    checksum.digest = std::move(*digest);
    return checksum;
}

}  // namespace reelshare::uploads
