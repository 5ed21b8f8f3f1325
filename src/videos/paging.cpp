#include "videos/paging.hpp"

#include "base/id.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace reelshare::videos {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kCursorLength = 22;  // 16 bytes in base64url.

using Bytes = std::array<unsigned char, 16>;

Bytes bytes_of(std::string_view id) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Bytes bytes{};
    std::size_t nibble = 0;
    for (const char c : id) {
        if (c == '-') continue;
        bytes[nibble / 2] = static_cast<unsigned char>((bytes[nibble / 2] << 4) | digit(c));
        ++nibble;
    }
    return bytes;
}

std::string id_of(const Bytes& bytes) {
    std::string id;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        fmt::format_to(std::back_inserter(id), "{:02x}", bytes[i]);
    }
    return id;
}

/// A number in [1, max] and nothing else.
std::optional<std::int64_t> whole(std::string_view text, std::int64_t max) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > max)
        return std::nullopt;
    return value;
}

class Reader {
  public:
    explicit Reader(const http::Request& request) : request_(request) {}

    std::int64_t number(
        std::string_view name, std::string_view what, std::int64_t max, std::int64_t otherwise
    ) {
        const auto text = request_.query_value(name);
        if (!text) return otherwise;
        if (const auto value = whole(*text, max)) return *value;
        fault(name, fmt::format("{} must be a whole number from 1 to {}.", what, max));
        return otherwise;
    }

    void fault(std::string_view name, std::string message) {
        faults_.push_back({std::string(name), std::move(message)});
    }

    std::vector<FieldError>& faults() { return faults_; }

  private:
    const http::Request& request_;
    std::vector<FieldError> faults_;
};

}  // namespace

std::string cursor_of(std::string_view id) {
    std::string cursor;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const unsigned char byte : bytes_of(id)) {
        pending = (pending << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6) cursor += kAlphabet[(pending >> (bits - 6)) & 63];
        pending &= 63;
    }
    cursor += kAlphabet[(pending << (6 - bits)) & 63];
    return cursor;
}

std::optional<std::string> id_of_cursor(std::string_view cursor) {
    if (cursor.size() != kCursorLength) return std::nullopt;
    Bytes bytes{};
    std::size_t filled = 0;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const char c : cursor) {
        const auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        pending = ((pending << 6) | static_cast<unsigned>(value)) & 0xffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[filled++] = static_cast<unsigned char>(pending >> bits);
    }
    std::string id = id_of(bytes);
    // One cursor for one id: what the last character holds beyond it must be nothing.
    if (cursor_of(id) != cursor) return std::nullopt;
    return id;
}

Result<ListRequest> read_list_request(const http::Request& request) {
    Reader read(request);
    ListRequest list;
    const auto cursor = request.query_value("cursor");
    const auto sort = request.query_value("sort");
    list.page_given = request.query_value("page").has_value();
    list.page = read.number("page", "Page", ListRequest::kMaxPage, 1);
    list.limit = read.number("limit", "Limit", ListRequest::kMaxLimit, ListRequest::kDefaultLimit);
    list.keyset = cursor || (sort && !list.page_given);
    if (cursor && list.page_given) read.fault("cursor", "Give a page or a cursor, not both.");
    if (sort && *sort != "latest") read.fault("sort", "Sort must be: latest.");
    if (cursor && !cursor->empty()) {
        if (auto id = id_of_cursor(*cursor))
            list.before_id = std::move(*id);
        else
            read.fault("cursor", "This cursor is not one that a list gave.");
    }
    if (read.faults().empty()) return list;
    return std::unexpected(Error{
        .code = Errc::invalid, .message = "Validation Error", .fields = std::move(read.faults())
    });
}

}  // namespace reelshare::videos
