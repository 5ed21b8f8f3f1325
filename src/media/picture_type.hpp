#pragma once
// What a picture is, by its first bytes.

#include <cstdint>
#include <string_view>

namespace reelshare::media {

enum class PictureType : std::uint8_t { unknown, jpeg, png, webp };

/// Twelve bytes are enough. ISO/IEC 10918-1 B.1.1.3, RFC 2083 §3.1, RFC 9649 §2.
[[nodiscard]] inline PictureType picture_type(std::string_view bytes) {
    if (bytes.starts_with("\xff\xd8\xff")) return PictureType::jpeg;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return PictureType::png;
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP"))
        return PictureType::webp;
    return PictureType::unknown;
}

}  // namespace reelshare::media
