#pragma once
// Chunked bodies (RFC 9112 §7.1), strictly: CRLF only, hexadecimal sizes only, chunk extensions
// bounded and ignored, trailers read past and dropped: a trailer never becomes a header.

#include <cstddef>
#include <cstdint>
#include <span>

namespace reelshare::http {

/// A state machine without I/O: it is handed bytes and says which of them are body.
class ChunkDecoder {
  public:
    enum class State : std::uint8_t { more, done, bad };

    struct Step {
        std::size_t used = 0;          ///< Bytes of the input that are dealt with.
        std::span<const char> body{};  ///< Body bytes inside of those; the input's memory.
        State state = State::more;
    };
    /// Stops after each run of body bytes; call again with what is left. Not to be called again
    /// after `done` or `bad`.
    Step feed(std::span<const char> input);

  private:
    enum class Place : std::uint8_t {
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,
        trailer,
        trailer_lf,
        end_lf,
        done
    };

    bool framing_byte(char c);
    bool size_byte(char c);
    bool extension_byte(char c);
    bool trailer_byte(char c);
    bool expect(char c, char wanted, Place next);
    [[nodiscard]] bool too_much_overhead() const;

    Place place_ = Place::size;
    std::uint64_t left_ = 0;  ///< Of the chunk.
    int digits_ = 0;          ///< Of its size.
    std::size_t line_ = 0;    ///< Length of the size line, or of all trailers, so far.
    std::uint64_t body_ = 0;
    std::uint64_t overhead_ = 0;  ///< Bytes that are not body.
};

}  // namespace reelshare::http
