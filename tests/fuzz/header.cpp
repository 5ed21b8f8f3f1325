// The header of an upload, in pieces of changing size: ends, in constant memory, whatever it holds,
// and says the same however it is cut.

#include "uploads/header_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using reelshare::uploads::HeaderReader;

namespace {

HeaderReader read(const std::uint8_t* data, std::size_t size, std::size_t piece) {
    HeaderReader reader;
    for (std::size_t at = 0; at < size; at += piece)
        reader.feed({reinterpret_cast<const char*>(data) + at, std::min(piece, size - at)});
    return reader;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const HeaderReader whole = read(data, size, std::max<std::size_t>(1, size));
    const HeaderReader pieces = read(data, size, size > 0 ? 1 + data[0] % 32u : 1);
    if (whole.done() != pieces.done()) std::abort();
    if (whole.claims().has_value() != pieces.claims().has_value()) std::abort();
    if (whole.claims() && whole.claims()->pixels != pieces.claims()->pixels) std::abort();
    return 0;
}
