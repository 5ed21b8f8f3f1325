// A multipart body, in pieces of changing size.

#include "uploads/multipart.hpp"

#include <algorithm>
#include <cstdint>

using reelshare::uploads::MultipartParser;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 64u;
    (void)reelshare::uploads::boundary_of(
        {reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 200)}
    );
    MultipartParser parser("x-boundary");
    using Kind = MultipartParser::Event::Kind;
    for (std::size_t at = 1; at < size; at += piece) {
        std::span<const char> input(
            reinterpret_cast<const char*>(data) + at, std::min(piece, size - at)
        );
        for (;;) {
            const auto event = parser.next(input);
            if (event.kind == Kind::bad || event.kind == Kind::end) return 0;
            if (event.kind == Kind::more) break;
        }
    }
    return 0;
}
