#include "objects/files.hpp"

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
