#pragma once
// multipart/form-data (RFC 7578, RFC 2046 §5.1) as it arrives: a state machine without I/O. What is
// in a part is handed on in pieces and never collected here.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace reelshare::uploads {

/// The boundary of a Content-Type header, or nothing where that is not multipart/form-data with a
/// boundary of 1 to 70 allowed characters.
[[nodiscard]] std::optional<std::string> boundary_of(std::string_view content_type);

/// What stands in front of a part.
struct PartHeader {
    std::string name;
    bool has_filename = false;  ///< A file. Its name is not even kept: it never becomes a path.
};

class MultipartParser {
  public:
    static constexpr std::size_t kMaxHeader = 4 * 1024;
    static constexpr int kMaxParts = 20;

    explicit MultipartParser(const std::string& boundary);

    struct Event {
        enum class Kind : std::uint8_t {
            more,   ///< Everything was used: feed what comes next.
            part,   ///< A part begins: `header`.
            bytes,  ///< Bytes of the part: `bytes`.
            end,    ///< The last boundary: the body is complete.
            bad,    ///< Not multipart: `fault` says why.
        };
        Kind kind = Kind::more;
        PartHeader header{};
        std::span<const char> bytes{};
        std::string_view fault{};
    };
    /// Takes from the front of `input` (what it used is cut off) up to the next event. Bytes of an
    /// event are the input's memory or the parser's; valid until the next call.
    Event next(std::span<const char>& input);

  private:
    enum class Place : std::uint8_t { preamble, after_boundary, header, body, epilogue };

    Event bad(std::string_view fault);
    [[nodiscard]] std::size_t tail_of(std::string_view bytes) const;
    Event in_body(std::span<const char>& input);
    Event across_inputs(std::span<const char>& input);
    Event within_input(std::span<const char>& input);
    Event after_boundary(std::span<const char>& input);
    Event in_header(std::span<const char>& input);

    std::string delimiter_;  ///< CRLF, two dashes, the boundary.
    Place place_ = Place::preamble;
    std::string held_;  ///< The end of the last input that may be the beginning of a delimiter.
    std::string out_;   ///< Bytes of an event that the input no longer holds.
    std::string line_;  ///< What stands behind a boundary, or a part's header so far.
    std::size_t skipped_ = 0;
    int parts_ = 0;
};

}  // namespace reelshare::uploads
