#pragma once
// The squares that are kept of a person's picture, in pixels, and what the media program calls
// them.

#include <array>
#include <string>

namespace reelshare::media {

inline constexpr int kSmallAvatar = 96;
inline constexpr int kLargeAvatar = 320;
inline constexpr std::array kAvatarSizes = {kSmallAvatar, kLargeAvatar};

[[nodiscard]] inline std::string avatar_file(int size) {
    return std::to_string(size) + ".webp";
}

}  // namespace reelshare::media
