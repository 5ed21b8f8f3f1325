#include "http/conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace reelshare::http {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string_view next_item(std::string_view& list) {
    const auto comma = list.find(',');
    const std::string_view item = trimmed(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    return item;
}

std::string_view opaque(std::string_view etag) {
    return etag.starts_with("W/") ? etag.substr(2) : etag;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// q=0 … q=1 in thousandths; a broken weight counts as 0.
int weight_of(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return 1000;
    const std::string_view text = trimmed(parameters.substr(at + 2));
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return 0;
    if (text.size() == 1) return text[0] == '1' ? 1000 : 0;
    if (text[1] != '.') return 0;
    int weight = (text[0] - '0') * 1000;
    int unit = 100;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9') return 0;
        weight += (c - '0') * unit;
        unit /= 10;
    }
    return std::min(weight, 1000);
}

}  // namespace

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    if (trimmed(if_none_match) == "*") return true;
    while (!if_none_match.empty())
        if (opaque(next_item(if_none_match)) == opaque(etag)) return true;
    return false;
}

RangeVerdict parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    const RangeVerdict whole;
    const RangeVerdict unsatisfiable{.kind = RangeVerdict::Kind::unsatisfiable};
    if (!header.starts_with(kUnit)) return whole;
    const std::string_view spec = trimmed(header.substr(kUnit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;
    const auto last = number(spec.substr(dash + 1));
    if (dash == 0) {
        if (!last) return whole;
        if (*last == 0 || size == 0) return unsatisfiable;
        const std::uint64_t length = std::min(*last, size);
        return {.kind = RangeVerdict::Kind::part, .part = {size - length, length}};
    }
    const auto first = number(spec.substr(0, dash));
    if (!first || (!last && dash + 1 != spec.size()) || (last && *last < *first)) return whole;
    if (*first >= size) return unsatisfiable;
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {.kind = RangeVerdict::Kind::part, .part = {*first, end - *first + 1}};
}

Encoding negotiate(std::string_view accept_encoding) {
    int gzip = -1;
    int brotli = -1;
    int other = -1;
    while (!accept_encoding.empty()) {
        const std::string_view item = next_item(accept_encoding);
        const auto semicolon = item.find(';');
        const std::string_view name = trimmed(item.substr(0, semicolon));
        const int weight =
            semicolon == std::string_view::npos ? 1000 : weight_of(item.substr(semicolon + 1));
        if (name == "br")
            brotli = weight;
        else if (name == "gzip" || name == "x-gzip")
            gzip = weight;
        else if (name == "*")
            other = weight;
    }
    if (gzip < 0) gzip = std::max(other, 0);
    if (brotli < 0) brotli = std::max(other, 0);
    if (brotli > 0 && brotli >= gzip) return Encoding::brotli;
    return gzip > 0 ? Encoding::gzip : Encoding::identity;
}

std::optional<ByteRange> answer_with(
    const Request& request, const Representation& whole, Response& response
) {
    response.set("ETag", whole.etag).set("Accept-Ranges", "bytes");
    if (const auto tags = request.header("if-none-match");
        !tags.empty() && matches_etag(tags, whole.etag)) {
        response.status = 304;
        return std::nullopt;
    }
    response.set("Content-Type", whole.content_type);
    RangeVerdict verdict;
    const std::string_view if_range = request.header("if-range");
    // Only a strong match may be continued; we send no dates to compare with.
    if (if_range.empty() || if_range == whole.etag)
        verdict = parse_range(request.header("range"), whole.size);
    if (verdict.kind == RangeVerdict::Kind::unsatisfiable) {
        response.status = 416;
        response.set("Content-Range", fmt::format("bytes */{}", whole.size));
        return std::nullopt;
    }
    if (verdict.kind == RangeVerdict::Kind::whole) return ByteRange{0, whole.size};
    response.status = 206;
    response.set(
        "Content-Range", fmt::format(
                             "bytes {}-{}/{}", verdict.part.offset,
                             verdict.part.offset + verdict.part.length - 1, whole.size
                         )
    );
    return verdict.part;
}

}  // namespace reelshare::http
