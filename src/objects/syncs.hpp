#pragma once
// What makes the files of a folder of objects durable. Blocking: for the executor's threads.

#include "base/error.hpp"

#include <atomic>
#include <filesystem>

namespace reelshare::objects {

/// After a sync that failed the system has forgotten what it could not write, and a second one
/// would say yes to nothing: so from the first failure on every sync is `unavailable`, until a
/// restart. A full disk is no such failure: only what was being written is lost. From any thread.
class Syncs {
  public:
    /// `path` is for the error.
    [[nodiscard]] Result<void> file(int fd, const std::filesystem::path& path);
    [[nodiscard]] Result<void> folder(const std::filesystem::path& folder);
    /// Creates what is missing on the way from `root` down to `folder`, each entry synced into its
    /// parent.
    [[nodiscard]] Result<void> make_folders(
        const std::filesystem::path& root, const std::filesystem::path& folder
    );
    /// `unavailable` from the first failure on.
    [[nodiscard]] Result<void> healthy() const;

  private:
    [[nodiscard]] std::unexpected<Error> note(int code, const std::filesystem::path& path);

    std::atomic<bool> failed_{false};
};

}  // namespace reelshare::objects
