#pragma once
// What the kernel has of what the media program is walled in with.

#include <string>
#include <vector>

namespace reelshare::media {

struct Wall {
    std::string name;  ///< "seccomp", "landlock"
    bool there = false;
    std::string without;  ///< What its lack means, in a sentence.
};

/// Of the running kernel.
[[nodiscard]] std::vector<Wall> walls();

/// Which version of Landlock the kernel has; 0 for none.
[[nodiscard]] int landlock_version();

}  // namespace reelshare::media
