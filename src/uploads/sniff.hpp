#pragma once
// What a file is, by its first bytes; its name and declared type are not asked.

#include <cstdint>
#include <span>

namespace reelshare::uploads {

enum class FileType : std::uint8_t { unknown, iso_media, matroska };

/// Bytes that `sniff` wants at most.
inline constexpr std::size_t kSniffBytes = 64;

/// MP4 and MOV (ISO/IEC 14496-12 §4.3, QuickTime), WebM and Matroska (RFC 8794: EBML).
[[nodiscard]] FileType sniff(std::span<const char> head);

}  // namespace reelshare::uploads
