#include "objects/file_appender.hpp"

#include "objects/file_descriptor.hpp"
#include "objects/files.hpp"
#include "objects/key.hpp"

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
        std::uint64_t size,
        FileDescriptor fd,
        Syncs& syncs,
        BlockingExecutor& executor
    )
        : root_(std::move(root)),
          partial_(std::move(partial)),
          fd_(std::move(fd)),
          syncs_(syncs),
          executor_(executor),
          end_(size),
          durable_(size) {}

    Task<Result<void>> append(std::span<const char> bytes) override {
        auto work = [&]() -> Result<void> {
            auto written = write_all(fd_.get(), bytes, partial_);
            if (written) end_ += bytes.size();
            return written;
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Mark> save() override {
        // Where it fails the mark stays, and the next call fails too.
        const auto synced = co_await sync();
        (void)synced;
        co_return Mark{.size = durable_};
    }

    Task<Result<Mark>> sync() override {
        auto work = [&]() -> Result<Mark> {
            if (auto synced = sync_file(); !synced) return std::unexpected(synced.error());
            return Mark{.size = durable_};
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Result<void>> publish(std::string key) override {
        if (!is_key(key)) co_return fail(Errc::invalid, "Not a valid name.");
        auto work = [&]() -> Result<void> {
            if (auto synced = sync_file(); !synced) return synced;
            const fs::path target = root_ / key;
            for (int attempt = 0;; ++attempt) {
                if (auto made = syncs_.make_folders(root_, target.parent_path()); !made)
                    return made;
                if (::link(partial_.c_str(), target.c_str()) == 0 || errno == EEXIST) break;
                if (errno != ENOENT || attempt == 3)
                    return failed(errno, "link to " + target.string());
            }
            return syncs_.folder(target.parent_path());
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

  private:
    /// After a failure the system forgets what it could not write: none may follow that succeeds.
    Result<void> sync_file() {
        if (failed_to_sync_) return failed(EIO, "sync " + partial_.string());
        if (durable_ == end_) return {};
        if (auto synced = syncs_.file(fd_.get(), partial_); !synced) {
            failed_to_sync_ = true;
            return synced;
        }
        durable_ = end_;
        return {};
    }

    const fs::path root_;
    const fs::path partial_;
    FileDescriptor fd_;
    Syncs& syncs_;
    BlockingExecutor& executor_;
    std::uint64_t end_;      ///< Behind the last byte appended.
    std::uint64_t durable_;  ///< Of them, those that a sync has seen.
    bool failed_to_sync_ = false;
};

}  // namespace

Result<std::unique_ptr<Appender>> open_file_appender(
    fs::path root, fs::path partial, std::uint64_t size, Syncs& syncs, BlockingExecutor& executor
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
        if (auto synced = syncs.folder(partial.parent_path()); !synced)
            return std::unexpected(synced.error());
    return std::make_unique<FileAppender>(
        std::move(root), std::move(partial), size, std::move(fd), syncs, executor
    );
}

}  // namespace reelshare::objects
