// The headers of resumable uploads: what is taken from them is within its bounds.

#include "uploads/tus_headers.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace uploads = reelshare::uploads;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto number = uploads::whole_number(text);
    if (number && *number > 999'999'999'999'999) std::abort();
    const auto checksum = uploads::read_checksum(text);
    if (checksum && checksum->digest.size() != (checksum->algorithm == "sha1" ? 20 : 32))
        std::abort();
    const auto video = uploads::read_metadata(text);
    if (!video) return 0;
    if (video->title.size() > size || video->tags.size() > 20) std::abort();
    if (video->thumbnail_at && !(std::isfinite(*video->thumbnail_at) && *video->thumbnail_at >= 0))
        std::abort();
    return 0;
}
