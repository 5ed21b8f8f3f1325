#include "objects/syncs.hpp"

#include "base/log.hpp"
#include "objects/file_descriptor.hpp"
#include "objects/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace reelshare::objects {

namespace fs = std::filesystem;

Result<void> Syncs::file(int fd, const fs::path& path) {
    if (auto good = healthy(); !good) return good;
    if (::fdatasync(fd) != 0) return note(errno, path);
    return {};
}

Result<void> Syncs::folder(const fs::path& folder) {
    if (auto good = healthy(); !good) return good;
    const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.is_open()) return failed(errno, "open " + folder.string());
    if (::fsync(fd.get()) != 0) return note(errno, folder);
    return {};
}

Result<void> Syncs::make_folders(const fs::path& root, const fs::path& folder) {
    if (folder == root || folder.empty()) return {};
    if (auto parent = make_folders(root, folder.parent_path()); !parent) return parent;
    if (::mkdir(folder.c_str(), 0700) == 0) return this->folder(folder.parent_path());
    if (errno != EEXIST) return failed(errno, "mkdir " + folder.string());
    return {};
}

Result<void> Syncs::healthy() const {
    if (failed_) return fail_unavailable("a sync to disk failed: no more objects until a restart");
    return {};
}

std::unexpected<Error> Syncs::note(int code, const fs::path& path) {
    std::unexpected<Error> error = failed(code, "sync " + path.string());
    if (error.error().code != Errc::no_space && !failed_.exchange(true))
        log::error("objects_sync_failed", {{"detail", error.error().detail}});
    return error;
}

}  // namespace reelshare::objects
