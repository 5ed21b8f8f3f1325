#include "uploads/sniff.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace reelshare::uploads {

FileType sniff(std::span<const char> head) {
    const std::string_view bytes(head.data(), head.size());
    if (bytes.starts_with("\x1a\x45\xdf\xa3")) {
        // The DocType stands in the first element, and only these two are video files.
        return bytes.find("webm") != std::string_view::npos ||
                       bytes.find("matroska") != std::string_view::npos
                   ? FileType::matroska
                   : FileType::unknown;
    }
    // The first box: files of old QuickTime begin with others than ftyp.
    static constexpr std::array<std::string_view, 7> kFirstBoxes = {"ftyp", "moov", "mdat", "wide",
                                                                    "free", "skip", "pnot"};
    if (bytes.size() < 8) return FileType::unknown;
    const bool known = std::ranges::find(kFirstBoxes, bytes.substr(4, 4)) != kFirstBoxes.end();
    return known ? FileType::iso_media : FileType::unknown;
}

}  // namespace reelshare::uploads
