#pragma once
// What the folder of objects does with files. Blocking: for the executor's threads.

#include "base/error.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace reelshare::objects {

/// The error of a system call that set errno to `code`: `no_space`, `not_found` or `unavailable`.
[[nodiscard]] std::unexpected<Error> failed(int code, const std::string& what);

/// `path` is for the error.
[[nodiscard]] Result<void> write_all(
    int fd, std::span<const char> bytes, const std::filesystem::path& path
);

}  // namespace reelshare::objects
