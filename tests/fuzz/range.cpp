// Range, Accept-Encoding and If-None-Match: what is answered lies inside the file.

#include "http/conditional.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace http = reelshare::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::uint64_t length = 0;
    if (size < sizeof length) return 0;
    std::memcpy(&length, data, sizeof length);
    const std::string_view text(
        reinterpret_cast<const char*>(data) + sizeof length, size - sizeof length
    );
    const http::RangeVerdict verdict = http::parse_range(text, length);
    if (verdict.kind == http::RangeVerdict::Kind::part) {
        const auto& [offset, count] = verdict.part;
        if (count == 0 || offset >= length || count > length - offset) std::abort();
    }
    (void)http::negotiate(text);
    (void)http::matches_etag(text, "\"abc\"");
    return 0;
}
