#include "objects/files.hpp"

#include "objects/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace reelshare::objects {

namespace fs = std::filesystem;

std::unexpected<Error> failed(int code, const std::string& what) {
    const std::string detail = what + ": " + std::strerror(code);
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return std::unexpected(Error{
                .code = Errc::no_space, .message = "The server's storage is full.", .detail = detail
            });
        case ENOENT:
        case ENOTDIR:
        case EISDIR:
            return std::unexpected(
                Error{.code = Errc::not_found, .message = "Not Found", .detail = detail}
            );
        default:
            return fail_unavailable(detail);
    }
}

Result<void> sync_folder(const fs::path& folder) {
    const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.is_open() || ::fsync(fd.get()) != 0) return failed(errno, "sync " + folder.string());
    return {};
}

Result<void> make_folders(const fs::path& root, const fs::path& folder) {
    if (folder == root || folder.empty()) return {};
    if (auto parent = make_folders(root, folder.parent_path()); !parent) return parent;
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
    if (errno != EEXIST) return failed(errno, "mkdir " + folder.string());
    return {};
}

Result<void> write_all(int fd, std::span<const char> bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed(errno, "write " + path.string());
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace reelshare::objects
