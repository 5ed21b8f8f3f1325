#pragma once
// A perceptual hash: 64 bits that stay nearly the same when a picture is scaled, encoded again or
// made a little brighter, and differ in about half for another picture.

#include <array>
#include <cstdint>
#include <optional>

namespace reelshare::media {

inline constexpr int kHashEdge = 32;
/// Brightness of a picture that was squeezed to 32x32.
using HashInput = std::array<std::uint8_t, static_cast<std::size_t>(kHashEdge* kHashEdge)>;

/// The signs of the 64 lowest frequencies but the mean, compared with their median. Nothing for a
/// picture that is too plain to be told from others: black, white, one colour.
[[nodiscard]] std::optional<std::uint64_t> picture_hash(const HashInput& brightness);

/// In how many of 64 bits they differ.
[[nodiscard]] int distance(std::uint64_t one, std::uint64_t other);

}  // namespace reelshare::media
