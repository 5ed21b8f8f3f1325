#pragma once
// The log on disk: rotated by size and by day (UTC), old files compressed and removed by count and
// age. A full disk loses lines, which are counted, and nothing else; writing goes on when there is
// room again.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace reelshare::log {

struct FileLimits {
    std::size_t max_bytes = 50u << 20;  ///< Of the file that is written to.
    std::size_t max_old_files = 14;
    std::chrono::days max_age{30};  ///< Of an old file.
};

/// Used by one thread, but for `lost`.
class LogFile {
  public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;

    /// `file`: its folder is made. Old files lie beside it, named by when they were closed:
    /// "reelshare-20260102-030405-678.log.gz".
    LogFile(std::filesystem::path file, FileLimits limits, Clock clock);
    /// Writes what is buffered; waits for a compression under way.
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    /// One line without its end. Buffered until `flush` or until there is much.
    void append(std::string_view line);
    void flush();

    /// Lines that could not be written.
    [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

  private:
    void open();
    void rotate_if_due(std::size_t more);
    void rotate();
    /// Compresses and removes old files, in the background: a large file takes a second.
    void tidy();

    const std::filesystem::path file_;
    const FileLimits limits_;
    const Clock clock_;
    int descriptor_ = -1;
    std::size_t size_ = 0;  ///< On disk.
    std::chrono::sys_days day_{};
    std::string buffer_;
    bool torn_ = false;  ///< The last write ended inside a line.
    std::atomic<std::uint64_t> lost_{0};
    std::thread tidying_;
};

}  // namespace reelshare::log
