#pragma once
// Unfinished objects as files of their own.

#include "base/blocking_executor.hpp"
#include "objects/store.hpp"
#include "objects/syncs.hpp"

#include <filesystem>
#include <memory>

namespace reelshare::objects {

/// Opens `partial` to append behind its first `size` bytes and cuts off the rest; 0 creates it. It
/// is published below `root`. Blocking, on a thread of `executor`, which
/// outlives the appender as `syncs` does.
[[nodiscard]] Result<std::unique_ptr<Appender>> open_file_appender(
    std::filesystem::path root,
    std::filesystem::path partial,
    std::uint64_t size,
    Syncs& syncs,
    BlockingExecutor& executor
);

}  // namespace reelshare::objects
