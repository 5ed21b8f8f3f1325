#include "objects/file_appender.hpp"

#include "objects/file_descriptor.hpp"
#include "objects/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace reelshare::objects {

namespace {

namespace fs = std::filesystem;

/// The unfinished object is a file of its own; publishing is a second name for it. So it may be cut
/// and written again until something points to the published name.
class FileAppender final : public Appender {
  public:
    FileAppender(
        fs::path root,
        fs::path partial,
        fs::path target,
        FileDescriptor fd,
        BlockingExecutor& executor
    )
        : root_(std::move(root)),
          partial_(std::move(partial)),
          target_(std::move(target)),
          fd_(std::move(fd)),
          executor_(executor) {}

    Task<Result<void>> append(std::span<const char> bytes) override {
        auto work = [&]() -> Result<void> { return write_all(fd_.get(), bytes, partial_); };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Result<void>> sync() override {
        auto work = [&]() -> Result<void> { return sync_file(); };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Result<void>> publish() override {
        auto work = [&]() -> Result<void> {
            if (auto synced = sync_file(); !synced) return synced;
            for (int attempt = 0;; ++attempt) {
                if (auto made = make_folders(root_, target_.parent_path()); !made) return made;
                if (::link(partial_.c_str(), target_.c_str()) == 0 || errno == EEXIST) break;
                if (errno != ENOENT || attempt == 3)
                    return failed(errno, "link to " + target_.string());
            }
            return sync_folder(target_.parent_path());
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

  private:
    Result<void> sync_file() {
        if (::fdatasync(fd_.get()) != 0) return failed(errno, "sync " + partial_.string());
        return {};
    }

    const fs::path root_;
    const fs::path partial_;
    const fs::path target_;
    FileDescriptor fd_;
    BlockingExecutor& executor_;
};

}  // namespace

Result<std::unique_ptr<Appender>> open_file_appender(
    fs::path root, fs::path partial, fs::path target, std::uint64_t size, BlockingExecutor& executor
) {
    const int create = size == 0 ? O_CREAT : 0;
    FileDescriptor fd(::open(partial.c_str(), O_WRONLY | create | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.is_open()) return failed(errno, "open " + partial.string());
    const auto end = static_cast<off_t>(size);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return failed(errno, "stat " + partial.string());
    if (info.st_size < end) return failed(ENOENT, "too short: " + partial.string());
    if (::ftruncate(fd.get(), end) != 0 || ::lseek(fd.get(), end, SEEK_SET) != end)
        return failed(errno, "cut " + partial.string());
    if (size == 0)
        if (auto synced = sync_folder(partial.parent_path()); !synced)
            return std::unexpected(synced.error());
    return std::make_unique<FileAppender>(
        std::move(root), std::move(partial), std::move(target), std::move(fd), executor
    );
}

}  // namespace reelshare::objects
