#pragma once
// How much a file may be made of, whatever it says of itself.

#include "media/av.hpp"
#include "media/job.hpp"

#include <cstddef>
#include <cstdint>

namespace reelshare::media {

/// In one packet, picture or track. What cameras put beside their pictures (HDR, captions, the
/// encoder's settings) is a few kilobytes.
inline constexpr std::size_t kMostSideData = 1u << 20;

/// Of all tracks together, and as many pictures: no camera takes 1,000 pictures a second, and no
/// encoder of sound cuts finer than 400 pieces.
[[nodiscard]] std::int64_t most_packets(const Job& job);

[[nodiscard]] std::size_t side_data_of(const AVPacket& packet);
[[nodiscard]] std::size_t side_data_of(const AVFrame& frame);
[[nodiscard]] std::size_t side_data_of(const AVStream& stream);

[[noreturn]] void fail_too_many_parts();
[[noreturn]] void fail_side_data();

}  // namespace reelshare::media
