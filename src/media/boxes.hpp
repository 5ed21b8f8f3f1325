#pragma once
// The few boxes of ISO 14496-12 that the muxer does not write.

#include <cstdint>
#include <string>
#include <vector>

namespace reelshare::media {

/// Puts a mehd (whole duration of a fragmented file) into the mvex of `init` (ftyp and moov);
/// returns the offset of its 8-byte number, or 0 where there is no mvex.
std::uint64_t insert_duration(std::string& init);

/// The offset of the first moof; the size where there is none.
[[nodiscard]] std::uint64_t first_fragment(const std::string& file);

/// `value` as `bytes` bytes, most significant first.
[[nodiscard]] std::string big_endian(std::uint64_t value, int bytes);

struct IndexEntry {
    std::uint64_t size = 0;      ///< Bytes.
    std::uint64_t duration = 0;  ///< In the timescale.
};

inline constexpr std::uint64_t kIndexHead = 40;  ///< Bytes of a sidx without entries.
inline constexpr std::uint64_t kIndexEntry = 12;
inline constexpr std::uint64_t kFreeHead = 8;

/// A sidx that begins right before `space` bytes end and the first segment begins; a free box fills
/// what it does not need. All of it is a free box where the entries do not fit.
[[nodiscard]] std::string segment_index(
    const std::vector<IndexEntry>& entries,
    std::uint32_t track,
    std::uint32_t timescale,
    std::uint64_t space
);

}  // namespace reelshare::media
