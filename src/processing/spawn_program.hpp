#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace reelshare::processing {

/// Starts a program in a process group of its own, with `descriptors` as 0 to 4 (-1: none) and no
/// other, no signal blocked or ignored and an environment without secrets. Returns errno, 0 where
/// it runs.
[[nodiscard]] int spawn_program(
    pid_t& pid,
    const std::filesystem::path& program,
    std::vector<std::string> arguments,
    const std::array<int, 5>& descriptors
);

/// A copy of a descriptor above those that a child gets, so that no mapping overwrites the source
/// of another; -1 where it fails.
[[nodiscard]] int lifted(int fd);

}  // namespace reelshare::processing
