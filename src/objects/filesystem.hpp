#pragma once
// Objects as files of a folder: <root>/<key>. What is being written lives in <root>/tmp/ until its
// commit.

#include "base/blocking_executor.hpp"
#include "objects/store.hpp"

#include <filesystem>
#include <memory>

namespace reelshare::objects {

/// Creates the folder where needed and removes what earlier processes left unfinished in tmp/: the
/// caller holds the installation's lock.
[[nodiscard]] Result<std::unique_ptr<Store>> open_filesystem(
    std::filesystem::path root, BlockingExecutor& executor
);

}  // namespace reelshare::objects
