#include "http/gate.hpp"

#include "http/bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace reelshare::http {

namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
constexpr std::size_t kMaxLengthDigits = 19;  // Fits 64 bits.

/// Whether a list such as `Connection: close, upgrade` holds `word`.
bool lists(std::string_view list, std::string_view word) {
    while (!list.empty())
        if (same(next_item(list), word)) return true;
    return false;
}

Verdict refuse(int status, std::string_view reason) {
    return {.status = status, .reason = reason};
}

/// Cuts the next line off. A CR alone, which ends a line for some and not for others, is refused
/// here; an LF alone is no byte of a name, target or value.
bool next_line(std::string_view& head, std::string_view& line) {
    const auto end = head.find('\r');
    if (end == std::string_view::npos || end + 1 >= head.size() || head[end + 1] != '\n')
        return false;
    line = head.substr(0, end);
    head.remove_prefix(end + 2);
    return true;
}

Verdict judge_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return refuse(400, "The request line is malformed.");
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (method.empty() || !all_of(method, kTokenByte))
        return refuse(400, "The method is malformed.");
    if (!target.starts_with('/') || !all_of(target, kTargetByte))
        return refuse(400, "The request target is malformed.");
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return version.starts_with("HTTP/")
                   ? refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
                   : refuse(400, "The request line is malformed.");
    }
    if (std::ranges::find(kMethods, method) == kMethods.end())
        return refuse(501, "This method is not known.");
    Verdict verdict;
    verdict.framing.http_1_1 = version == "HTTP/1.1";
    verdict.framing.keep_alive = verdict.framing.http_1_1;
    return verdict;
}

/// How often the fields that frame a message were there.
struct Seen {
    std::size_t fields = 0;
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
};

Verdict judge_length(std::string_view value, Framing& framing) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || value.size() > kMaxLengthDigits || error != std::errc() ||
        end != value.data() + value.size())
        return refuse(400, "Content-Length is malformed.");
    framing.content_length = length;
    return {};
}

/// What a field says about the framing, if it is one of those that do.
Verdict judge_meaning(std::string_view name, std::string_view value, Framing& framing, Seen& seen) {
    if (same(name, "host")) {
        ++seen.hosts;
        if (!all_of(value, kHostByte)) return refuse(400, "Host is malformed.");
    } else if (same(name, "content-length")) {
        ++seen.lengths;
        return judge_length(value, framing);
    } else if (same(name, "transfer-encoding")) {
        ++seen.encodings;
        if (!same(value, "chunked"))
            return refuse(400, "This Transfer-Encoding is not spoken here.");
        framing.chunked = true;
    } else if (same(name, "connection")) {
        framing.close = framing.close || lists(value, "close");
        if (!framing.http_1_1 && lists(value, "keep-alive")) framing.keep_alive = true;
    } else if (same(name, "expect")) {
        if (!same(value, "100-continue")) return refuse(417, "This expectation cannot be met.");
        framing.expects_continue = framing.http_1_1;
    }
    return {};
}

Verdict judge_field(std::string_view line, Framing& framing, Seen& seen) {
    if (line.front() == ' ' || line.front() == '\t')
        return refuse(400, "A header field is folded.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || !all_of(line.substr(0, colon), kTokenByte))
        return refuse(400, "A header field is malformed.");
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!all_of(value, kValueByte)) return refuse(400, "A header field holds control characters.");
    return judge_meaning(line.substr(0, colon), value, framing, seen);
}

Verdict judge_together(const Seen& seen, Framing framing) {
    if (seen.hosts > 1 || (seen.hosts == 0 && framing.http_1_1))
        return refuse(400, "Exactly one Host field is needed.");
    if (seen.lengths > 1) return refuse(400, "There is more than one Content-Length.");
    if (seen.encodings > 1) return refuse(400, "There is more than one Transfer-Encoding.");
    if (framing.chunked && (seen.lengths > 0 || !framing.http_1_1))
        return refuse(400, "The length of the body is ambiguous.");
    if (framing.close) framing.keep_alive = false;
    return {.framing = framing};
}

}  // namespace

Verdict judge(std::string_view head, const GateLimits& limits) {
    std::string_view line;
    if (!next_line(head, line)) return refuse(400, "The request line is malformed.");
    const Verdict start = judge_request_line(line);
    if (start.status) return start;
    Framing framing = start.framing;
    Seen seen;
    while (true) {
        if (!next_line(head, line)) return refuse(400, "The header is malformed.");
        if (line.empty()) break;
        if (++seen.fields > limits.max_fields)
            return refuse(431, "There are too many header fields.");
        const Verdict field = judge_field(line, framing, seen);
        if (field.status) return field;
    }
    if (!head.empty()) return refuse(400, "The header is malformed.");
    return judge_together(seen, framing);
}

}  // namespace reelshare::http
