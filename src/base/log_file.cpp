#include "base/log_file.hpp"

#include "base/compress.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <vector>

namespace reelshare::log {

namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::size_t kBuffer = 64 * 1024;

/// "reelshare-" for "reelshare.log".
std::string prefix_of(const fs::path& file) {
    return file.stem().string() + '-';
}

fs::path old_name(const fs::path& file, system_clock::time_point now) {
    const auto since = now.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds);
    const std::time_t time = seconds.count();
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    return file.parent_path() /
           fmt::format(
               "{}{:%Y%m%d-%H%M%S}-{:03}.log", prefix_of(file), parts, std::abs(millis.count())
           );
}

std::vector<fs::path> old_files(const fs::path& file) {
    std::vector<fs::path> found;
    std::error_code ec;
    for (auto it = fs::directory_iterator(file.parent_path(), ec);
         !ec && it != fs::directory_iterator(); it.increment(ec))
        if (it->path().filename().string().starts_with(prefix_of(file)))
            found.push_back(it->path());
    std::ranges::sort(found, std::greater{});  // Names are times: newest first.
    return found;
}

/// Puts `file`.gz in its place; leaves it where that fails, e.g. for want of room.
void compress(const fs::path& file) {
    const fs::path temporary = file.string() + ".part";
    std::error_code ec;
    if (!gzip_file(file, temporary)) {
        fs::remove(temporary, ec);
        return;
    }
    fs::last_write_time(temporary, fs::last_write_time(file, ec), ec);
    fs::rename(temporary, file.string() + ".gz", ec);
    if (!ec) fs::remove(file, ec);
}

void remove_surplus(const fs::path& file, const FileLimits& limits, system_clock::time_point now) {
    std::size_t kept = 0;
    std::error_code ec;
    for (const fs::path& old : old_files(file)) {
        struct stat info{};
        if (::stat(old.c_str(), &info) != 0) continue;
        const auto age = now - system_clock::from_time_t(info.st_mtime);
        if (kept < limits.max_old_files && age <= limits.max_age)
            ++kept;
        else
            fs::remove(old, ec);
    }
}

void tidy_folder(const fs::path& file, const FileLimits& limits, system_clock::time_point now) {
    remove_surplus(file, limits, now);  // First: what goes needs no compressing, and makes room.
    for (const fs::path& old : old_files(file)) {
        std::error_code ec;
        if (old.extension() == ".part") fs::remove(old, ec);  // Of a process that was killed.
        if (old.extension() == ".log") compress(old);
    }
}

}  // namespace

LogFile::LogFile(fs::path file, FileLimits limits, Clock clock)
    : file_(std::move(file)), limits_(limits), clock_(std::move(clock)) {
    buffer_.reserve(kBuffer);
    open();
    tidy();
}

LogFile::~LogFile() {
    flush();
    if (descriptor_ >= 0) ::close(descriptor_);
    if (tidying_.joinable()) tidying_.join();
}

void LogFile::open() {
    std::error_code ec;
    fs::create_directories(file_.parent_path(), ec);
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    struct stat info{};
    const bool known = descriptor_ >= 0 && ::fstat(descriptor_, &info) == 0;
    size_ = known ? static_cast<std::size_t>(info.st_size) : 0;
    // What an earlier run wrote belongs to the day of its last line.
    const auto written = size_ > 0 ? system_clock::from_time_t(info.st_mtime) : clock_();
    day_ = std::chrono::floor<std::chrono::days>(written);
}

void LogFile::append(std::string_view line) {
    rotate_if_due(line.size() + 1);
    buffer_.append(line).push_back('\n');
    if (buffer_.size() >= kBuffer) flush();
}

void LogFile::flush() {
    if (buffer_.empty()) return;
    if (descriptor_ < 0) open();
    const bool mending = torn_;
    if (mending) buffer_.insert(buffer_.begin(), '\n');
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        const ssize_t wrote = ::write(descriptor_, rest.data(), rest.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) break;
        size_ += static_cast<std::size_t>(wrote);
        rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    // No room, or no file: these lines are gone, and memory stays bounded.
    const std::size_t done = buffer_.size() - rest.size();
    const auto ends = static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
    lost_.fetch_add(ends - (mending && done == 0 ? 1 : 0), std::memory_order_relaxed);
    if (done > 0) torn_ = buffer_[done - 1] != '\n';
    buffer_.clear();
}

void LogFile::rotate_if_due(std::size_t more) {
    const bool empty = size_ == 0 && buffer_.empty();
    const auto today = std::chrono::floor<std::chrono::days>(clock_());
    const bool full = size_ + buffer_.size() + more > limits_.max_bytes;
    if (!empty && (full || today != day_)) rotate();
    if (empty) day_ = today;
}

void LogFile::rotate() {
    flush();
    std::error_code ec;
    fs::rename(file_, old_name(file_, clock_()), ec);
    if (descriptor_ >= 0) ::close(descriptor_);
    open();
    torn_ = false;
    if (!ec) tidy();
}

void LogFile::tidy() {
    if (tidying_.joinable()) tidying_.join();
    tidying_ = std::thread([file = file_, limits = limits_, now = clock_()] {
        tidy_folder(file, limits, now);
    });
}

}  // namespace reelshare::log
