#include "importing/media_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace reelshare::importing {

namespace {

struct Parts {
    std::string_view origin;  ///< "https://host"; "" where there is none.
    std::string_view path;    ///< Without the slash in front; all that follows.
};

Parts parts_of(std::string_view url) {
    Parts parts{.origin = {}, .path = url};
    if (url.starts_with("http://") || url.starts_with("https://")) {
        const auto slash = url.find('/', url.find("://") + 3);
        parts.origin = url.substr(0, slash);
        parts.path = slash == url.npos ? std::string_view() : url.substr(slash);
    }
    while (parts.path.starts_with('/')) parts.path.remove_prefix(1);
    return parts;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~/").find(c) != std::string_view::npos;
}

std::string escape(std::string_view text, std::string_view also_plain) {
    std::string escaped;
    for (const char c : text) {
        if (is_plain(c) || also_plain.find(c) != also_plain.npos)
            escaped += c;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return escaped;
}

/// What a browser leaves alone; a '#' would be a part of the page, of which files have none.
constexpr std::string_view kOfUrls = "%?&=+,;:@!$'()*[]";

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            const char* first = text.data() + i + 1;
            const auto [end, ec] = std::from_chars(first, first + 2, byte, 16);
            if (ec == std::errc() && end == first + 2) {
                plain += static_cast<char>(byte);
                i += 2;
                continue;
            }
        }
        plain += text[i];
    }
    return plain;
}

bool is_safe_name(std::string_view name) {
    if (name.empty() || name.find('\0') != name.npos) return false;
    while (!name.empty()) {
        const std::string_view segment = name.substr(0, name.find('/'));
        if (segment == "..") return false;
        name.remove_prefix(std::min(name.size(), segment.size() + 1));
    }
    return true;
}

void add(std::vector<std::string>& all, std::string one) {
    if (std::ranges::find(all, one) == all.end()) all.push_back(std::move(one));
}

}  // namespace

std::vector<std::string> own_addresses(std::string_view video_url) {
    const Parts parts = parts_of(video_url);
    if (parts.origin.empty()) return {};
    std::vector<std::string> all;
    for (const std::string& path : {escape(parts.path, kOfUrls), escape(parts.path, "")})
        add(all, fmt::format("{}/{}", parts.origin, path));
    return all;
}

std::vector<std::string> addresses_at(std::string_view origin, std::string_view video_url) {
    while (origin.ends_with('/')) origin.remove_suffix(1);
    const Parts parts = parts_of(video_url);
    std::vector<std::string> all;
    for (const std::string& path : {escape(parts.path, ""), escape(parts.path, kOfUrls)})
        add(all, fmt::format("{}/{}", origin, path));
    return all;
}

std::vector<std::string> names_of(std::string_view video_url) {
    const std::string_view whole = parts_of(video_url).path;
    const auto slash = whole.find('/');
    const std::string_view below = slash == whole.npos ? whole : whole.substr(slash + 1);
    std::vector<std::string> all;
    for (std::string name :
         {std::string(below), std::string(whole), unescaped(below), unescaped(whole)})
        if (is_safe_name(name)) add(all, std::move(name));
    return all;
}

std::string escaped_path(std::string_view path) {
    return escape(path, "");
}

}  // namespace reelshare::importing
