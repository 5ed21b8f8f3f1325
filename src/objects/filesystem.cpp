#include "objects/filesystem.hpp"

#include "base/id.hpp"
#include "objects/file_appender.hpp"
#include "objects/file_descriptor.hpp"
#include "objects/files.hpp"
#include "objects/key.hpp"
#include "objects/syncs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

namespace reelshare::objects {

namespace {

namespace fs = std::filesystem;

/// Small writes are gathered up to this; larger ones go to the kernel as they are.
constexpr std::size_t kBuffer = 64 * 1024;
/// Folder of unfinished objects that outlive a restart.
constexpr std::string_view kPartial = "partial";

std::unexpected<Error> bad_key(const std::string& key) {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "Not a valid name.",
        .detail = "key: " + key.substr(0, 200)
    });
}

class FileWriter final : public Writer {
  public:
    FileWriter(
        fs::path root,
        std::string key,
        fs::path temporary,
        FileDescriptor fd,
        Syncs& syncs,
        BlockingExecutor& executor
    )
        : root_(std::move(root)),
          key_(std::move(key)),
          temporary_(std::move(temporary)),
          fd_(std::move(fd)),
          syncs_(syncs),
          executor_(executor) {}
    ~FileWriter() override {
        if (!committed_) ::unlink(temporary_.c_str());
    }

    Task<Result<void>> write(std::span<const char> bytes) override {
        if (buffer_.size() + bytes.size() <= kBuffer) {
            buffer_.append(bytes.data(), bytes.size());
            co_return Result<void>();
        }
        auto work = [&]() -> Result<void> {
            if (auto done = put(buffer_); !done) return done;
            buffer_.clear();
            return put(bytes);
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Result<void>> commit() override {
        auto work = [&]() -> Result<void> { return publish(); };
        auto done = co_await executor_.run(work);
        co_return done;
    }

  private:
    Result<void> put(std::span<const char> bytes) {
        return write_all(fd_.get(), bytes, temporary_);
    }

    /// File first, then its name, then the folder that holds the name: after this a power cut
    /// changes nothing.
    Result<void> publish() {
        if (auto done = put(buffer_); !done) return done;
        buffer_.clear();
        if (auto synced = syncs_.file(fd_.get(), temporary_); !synced) return synced;
        const fs::path target = root_ / key_;
        // The clean-up removes empty folders: another may take this one between mkdir and rename.
        for (int attempt = 0;; ++attempt) {
            if (auto made = syncs_.make_folders(root_, target.parent_path()); !made) return made;
            if (::rename(temporary_.c_str(), target.c_str()) == 0) break;
            if (errno != ENOENT || attempt == 3)
                return failed(errno, "rename to " + target.string());
        }
        committed_ = true;
        fd_.reset();
        return syncs_.folder(target.parent_path());
    }

    const fs::path root_;
    const std::string key_;
    const fs::path temporary_;
    FileDescriptor fd_;
    Syncs& syncs_;
    BlockingExecutor& executor_;
    std::string buffer_;
    bool committed_ = false;
};

class FileReader final : public Reader {
  public:
    FileReader(FileDescriptor fd, std::uint64_t size, BlockingExecutor& executor)
        : fd_(std::move(fd)), size_(size), executor_(executor) {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] int descriptor() const override { return fd_.get(); }

    Task<Result<std::size_t>> read(std::uint64_t offset, std::span<char> into) override {
        auto work = [&]() -> Result<std::size_t> {
            const ssize_t got =
                ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
            if (got < 0) return failed(errno, "read");
            return static_cast<std::size_t>(got);
        };
        auto got = co_await executor_.run(work);
        co_return got;
    }

  private:
    FileDescriptor fd_;
    std::uint64_t size_;
    BlockingExecutor& executor_;
};

class FileStore final : public Store {
  public:
    FileStore(fs::path root, BlockingExecutor& executor)
        : root_(std::move(root)), executor_(executor) {}

    Task<Result<std::unique_ptr<Writer>>> create(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<std::unique_ptr<Writer>> {
            fs::path temporary = root_ / "tmp" / new_id();
            FileDescriptor fd(
                ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
            );
            if (!fd.is_open()) return failed(errno, "create " + temporary.string());
            return std::make_unique<FileWriter>(
                root_, key, std::move(temporary), std::move(fd), syncs_, executor_
            );
        };
        auto writer = co_await executor_.run(work);
        co_return writer;
    }

    Task<Result<std::unique_ptr<Reader>>> open(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<std::unique_ptr<Reader>> {
            FileDescriptor fd(::open((root_ / key).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
            if (!fd.is_open()) return failed(errno, "open " + key);
            struct stat info{};
            if (::fstat(fd.get(), &info) != 0) return failed(errno, "stat " + key);
            if (!S_ISREG(info.st_mode)) return failed(ENOENT, "open " + key);
            return std::make_unique<FileReader>(
                std::move(fd), static_cast<std::uint64_t>(info.st_size), executor_
            );
        };
        auto reader = co_await executor_.run(work);
        co_return reader;
    }

    Task<Result<std::unique_ptr<Appender>>> resume(std::string key, Mark mark) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<std::unique_ptr<Appender>> {
            return open_file_appender(root_, partial_of(key), mark.size, syncs_, executor_);
        };
        auto appender = co_await executor_.run(work);
        co_return appender;
    }

    Task<Result<void>> discard(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<void> {
            if (::unlink(partial_of(key).c_str()) != 0 && errno != ENOENT)
                return failed(errno, "discard " + key);
            return {};
        };
        auto done = co_await executor_.run(work);
        co_return done;
    }

    Task<Result<std::vector<std::string>>> unfinished() override {
        auto work = [&]() -> Result<std::vector<std::string>> {
            std::vector<std::string> keys;
            std::error_code ec;
            for (auto it = fs::directory_iterator(root_ / kPartial, ec);
                 !ec && it != fs::directory_iterator(); it.increment(ec)) {
                std::string key = it->path().filename().string();
                std::ranges::replace(key, ',', '/');
                if (is_key(key)) keys.push_back(std::move(key));
            }
            return keys;
        };
        auto keys = co_await executor_.run(work);
        co_return keys;
    }

    Task<Result<ObjectInfo>> stat(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<ObjectInfo> { return info_of(key); };
        auto info = co_await executor_.run(work);
        co_return info;
    }

    Task<Result<void>> remove(std::string key) override {
        if (!is_key(key)) co_return bad_key(key);
        auto work = [&]() -> Result<void> {
            const fs::path path = root_ / key;
            if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
                return failed(errno, "remove " + key);
            // Folders that are now empty go too; rmdir refuses the others.
            for (fs::path folder = path.parent_path(); folder != root_;
                 folder = folder.parent_path())
                if (::rmdir(folder.c_str()) != 0) break;
            return {};
        };
        auto removed = co_await executor_.run(work);
        co_return removed;
    }

    Task<Result<std::vector<ObjectInfo>>> list(
        std::string prefix, std::string after, std::size_t limit
    ) override {
        if (!is_prefix(prefix)) co_return bad_key(prefix);
        auto work = [&]() -> Result<std::vector<ObjectInfo>> {
            std::vector<ObjectInfo> found;
            collect("", prefix, after, limit, found);
            return found;
        };
        auto found = co_await executor_.run(work);
        co_return found;
    }

    [[nodiscard]] std::optional<fs::path> local_path(const std::string& key) override {
        if (!is_key(key)) return std::nullopt;
        return root_ / key;
    }

    Task<Result<std::uint64_t>> free_bytes() override {
        auto work = [&]() -> Result<std::uint64_t> {
            if (auto good = syncs_.healthy(); !good) return std::unexpected(good.error());
            struct statvfs info{};
            if (::statvfs(root_.c_str(), &info) != 0) return failed(errno, "statvfs");
            return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
        };
        auto bytes = co_await executor_.run(work);
        co_return bytes;
    }

  private:
    /// One folder for all: a key has no comma.
    [[nodiscard]] fs::path partial_of(std::string key) const {
        std::ranges::replace(key, '/', ',');
        return root_ / kPartial / key;
    }

    Result<ObjectInfo> info_of(const std::string& key) const {
        struct stat info{};
        if (::lstat((root_ / key).c_str(), &info) != 0) return failed(errno, "stat " + key);
        if (!S_ISREG(info.st_mode)) return failed(ENOENT, "stat " + key);
        return ObjectInfo{
            .key = key,
            .size = static_cast<std::uint64_t>(info.st_size),
            .modified = info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000
        };
    }

    /// Walks in key order: a folder sorts as its name with a slash, so whole folders outside of the
    /// wanted range are not entered.
    void collect(
        const std::string& folder,
        const std::string& prefix,
        const std::string& after,
        std::size_t limit,
        std::vector<ObjectInfo>& found
    ) const {
        std::vector<std::string> names;
        std::error_code ec;
        for (auto it = fs::directory_iterator(root_ / folder, ec);
             !ec && it != fs::directory_iterator(); it.increment(ec)) {
            std::string name = folder + it->path().filename().string();
            if (name == "tmp" || name == kPartial) continue;
            if (it->is_directory(ec)) name += '/';
            names.push_back(std::move(name));
        }
        std::ranges::sort(names);
        for (const std::string& name : names) {
            if (found.size() >= limit) return;
            if (name.ends_with('/')) {
                const bool wanted = name.starts_with(prefix) || prefix.starts_with(name);
                const bool past = name < after && !after.starts_with(name);
                if (wanted && !past) collect(name, prefix, after, limit, found);
            } else if (name.starts_with(prefix) && name > after) {
                if (auto info = info_of(name)) found.push_back(std::move(*info));
            }
        }
    }

    const fs::path root_;
    Syncs syncs_;
    BlockingExecutor& executor_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_filesystem(fs::path root, BlockingExecutor& executor) {
    std::error_code ec;
    fs::create_directories(root, ec);
    fs::remove_all(root / "tmp", ec);
    if (!fs::create_directory(root / "tmp", ec) && !fs::is_directory(root / "tmp"))
        return fail(
            Errc::unavailable, "Cannot write to " + root.string() + ": " + ec.message() + "."
        );
    if (!fs::create_directory(root / kPartial, ec) && !fs::is_directory(root / kPartial))
        return fail(
            Errc::unavailable, "Cannot write to " + root.string() + ": " + ec.message() + "."
        );
    return std::make_unique<FileStore>(std::move(root), executor);
}

}  // namespace reelshare::objects
