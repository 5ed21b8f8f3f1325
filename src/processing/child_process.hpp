#pragma once
// A program of ours in a process of its own: its lines are awaited on the event loop, it inherits
// the descriptors it is given and nothing else, and it does not outlive its handle. The server
// ignores SIGPIPE.

#include "base/task.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reelshare::processing {

struct ChildOptions {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    int input_fd = -1;   ///< Becomes descriptor 3.
    int output_fd = -1;  ///< Becomes descriptor 4.
};

/// How it ended.
struct ExitStatus {
    int code = -1;   ///< Of exit; -1 where a signal ended it.
    int signal = 0;  ///< That ended it; 0 where none did.
    [[nodiscard]] bool good() const { return signal == 0 && code == 0; }
};

/// Belongs to one event loop or strand; one waiter at a time.
class ChildProcess {
  public:
    using Clock = std::chrono::steady_clock;

    static Result<std::unique_ptr<ChildProcess>> start(
        asio::any_io_executor executor, const ChildOptions& options
    );
    /// Kills what still runs, with all that it started.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Writes all of it to the child's standard input and closes that.
    Task<Result<void>> write(std::string text);

    struct Line {
        enum class Kind : std::uint8_t { line, end, timeout, too_much };
        Kind kind = Kind::end;
        std::string text;
    };
    /// The next line of its standard output. A line over 4 MiB or 16 MiB in all are `too_much`.
    Task<Line> read_line(Clock::time_point deadline);

    void kill();
    /// Waits for its end and reaps it; kills it where it still runs after `patience`.
    Task<ExitStatus> wait(Clock::duration patience = std::chrono::seconds(5));
    /// The last 4 KiB that it wrote to its standard error.
    [[nodiscard]] std::string last_words() const;

  private:
    struct ErrorTail;

    explicit ChildProcess(asio::any_io_executor executor);
    /// Keeps the end of standard error, so that a child that talks much is never held up.
    static Task<void> drain(std::shared_ptr<ErrorTail> tail);
    void reap();

    asio::posix::stream_descriptor stdin_;
    asio::posix::stream_descriptor stdout_;
    asio::posix::stream_descriptor pidfd_;
    std::shared_ptr<ErrorTail> stderr_;
    pid_t pid_ = -1;
    std::optional<ExitStatus> status_;
    std::string buffer_;
    std::size_t searched_ = 0;  ///< So much of the buffer holds no line feed.
    std::size_t received_ = 0;
};

}  // namespace reelshare::processing
