#pragma once
// Conditional and ranged answers (RFC 9110 §13, §14) and content negotiation (§12.5.3).

#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::http {

/// Whether If-None-Match names `etag` (weak comparison) or is "*": a GET is then answered 304.
[[nodiscard]] bool matches_etag(std::string_view if_none_match, std::string_view etag);

struct ByteRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct RangeVerdict {
    enum class Kind : std::uint8_t { whole, part, unsatisfiable };
    Kind kind = Kind::whole;
    ByteRange part{};
};

/// One range or one suffix. Several ranges, other units and what is malformed are ignored (the
/// whole is sent), as RFC 9110 §14.2 allows; a range behind the end is unsatisfiable.
[[nodiscard]] RangeVerdict parse_range(std::string_view header, std::uint64_t size);

enum class Encoding : std::uint8_t { identity, gzip, brotli };

/// The best of what the client accepts: brotli, gzip, identity, by its weights.
[[nodiscard]] Encoding negotiate(std::string_view accept_encoding);

/// What a whole body is, for `answer_with`.
struct Representation {
    std::string etag;  ///< Strong, quoted.
    std::string content_type;
    std::uint64_t size = 0;
};

/// 200, 206, 304 or 416 for a GET or HEAD of a body that can be cut: sets the status, validators
/// and range headers on `response` and returns the part of the body to send (nothing: no body).
[[nodiscard]] std::optional<ByteRange> answer_with(
    const Request& request, const Representation& whole, Response& response
);

}  // namespace reelshare::http
