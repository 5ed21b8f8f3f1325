#include "processing/child_process.hpp"

#include "processing/spawn_program.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace reelshare::processing {

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxLine = 4u << 20;
constexpr std::size_t kMaxTotal = 16u << 20;
constexpr std::size_t kPiece = 16u << 10;
constexpr std::size_t kMaxWords = 4u << 10;
constexpr std::chrono::milliseconds kLastWords{200};

/// A pipe whose ends are closed unless they were taken.
struct Pipe {
    int read = -1;
    int write = -1;

    Pipe() = default;
    ~Pipe() {
        if (read >= 0) ::close(read);
        if (write >= 0) ::close(write);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    bool open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read = lifted(ends[0]);
        write = lifted(ends[1]);
        ::close(ends[0]);
        ::close(ends[1]);
        return read >= 0 && write >= 0;
    }
};

/// A deadline that cancels what a descriptor waits for. Its handler may run after its owner is
/// gone.
class Alarm {
  public:
    Alarm(asio::posix::stream_descriptor& waiter, std::chrono::steady_clock::time_point time)
        : timer_(waiter.get_executor(), time),
          state_(std::make_shared<State>(State{.waiter = &waiter})) {
        timer_.async_wait([state = state_](boost::system::error_code ec) {
            if (ec || !state->waiter) return;
            state->rung = true;
            state->waiter->cancel();
        });
    }
    ~Alarm() { state_->waiter = nullptr; }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    [[nodiscard]] bool rung() const { return state_->rung; }

  private:
    struct State {
        asio::posix::stream_descriptor* waiter = nullptr;
        bool rung = false;
    };
    asio::steady_timer timer_;
    std::shared_ptr<State> state_;
};

}  // namespace

/// Shared by the handle and the coroutine that drains the pipe.
struct ChildProcess::ErrorTail {
    asio::posix::stream_descriptor pipe;
    asio::steady_timer ended;  ///< Cancelled when the pipe ends.
    bool over = false;
    std::string words{};
};

ChildProcess::ChildProcess(asio::any_io_executor executor)
    : stdin_(executor),
      stdout_(executor),
      pidfd_(executor),
      stderr_(new ErrorTail{
          .pipe = asio::posix::stream_descriptor(executor), .ended = asio::steady_timer(executor)
      }) {}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(
    asio::any_io_executor executor, const ChildOptions& options
) {
    std::unique_ptr<ChildProcess> child(new ChildProcess(executor));
    Pipe in;
    Pipe out;
    Pipe err;
    Pipe given;  // Not a pipe: the two lifted copies, closed alike.
    given.read = options.input_fd >= 0 ? lifted(options.input_fd) : -1;
    given.write = options.output_fd >= 0 ? lifted(options.output_fd) : -1;
    int code = in.open() && out.open() && err.open() ? 0 : errno;
    if (code == 0)
        code = spawn_program(
            child->pid_, options.program, options.arguments,
            {in.read, out.write, err.write, given.read, given.write}
        );
    if (code != 0) {
        child->pid_ = -1;
        return fail_unavailable(
            "cannot start " + options.program.string() + ": " + std::strerror(code)
        );
    }
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child->pid_, 0));
    if (pidfd < 0) return fail_unavailable(std::string("pidfd_open: ") + std::strerror(errno));
    child->pidfd_.assign(pidfd);
    child->stdin_.assign(std::exchange(in.write, -1));
    child->stdout_.assign(std::exchange(out.read, -1));
    child->stderr_->pipe.assign(std::exchange(err.read, -1));
    spawn(executor, "child_stderr", [tail = child->stderr_] { return drain(tail); });
    return child;
}

ChildProcess::~ChildProcess() {
    kill();
    reap();
    boost::system::error_code ignored;
    stderr_->pipe.close(ignored);
}

Task<void> ChildProcess::drain(std::shared_ptr<ErrorTail> tail) {
    std::array<char, kPiece> piece{};
    for (;;) {
        const auto [ec, got] = co_await tail->pipe.async_read_some(asio::buffer(piece), kAwait);
        if (ec) break;
        tail->words.append(piece.data(), got);
        if (tail->words.size() > kMaxWords) tail->words.erase(0, tail->words.size() - kMaxWords);
    }
    tail->over = true;
    tail->ended.cancel();
}

Task<Result<void>> ChildProcess::write(std::string text) {
    const auto [ec, size] = co_await asio::async_write(stdin_, asio::buffer(text), kAwait);
    boost::system::error_code ignored;
    stdin_.close(ignored);
    if (ec) co_return fail_unavailable("the child takes no input: " + ec.message());
    co_return Result<void>();
}

Task<ChildProcess::Line> ChildProcess::read_line(Clock::time_point deadline) {
    const Alarm alarm(stdout_, deadline);
    for (;;) {
        const auto end = buffer_.find('\n', searched_);
        if (end != std::string::npos && end <= kMaxLine) {
            Line line{.kind = Line::Kind::line, .text = buffer_.substr(0, end)};
            buffer_.erase(0, end + 1);
            searched_ = 0;
            co_return line;
        }
        searched_ = buffer_.size();
        if (buffer_.size() > kMaxLine || received_ > kMaxTotal)
            co_return Line{.kind = Line::Kind::too_much, .text = {}};
        // It may have rung while nothing waited: then there is nobody to wake a further wait.
        if (alarm.rung()) co_return Line{.kind = Line::Kind::timeout, .text = {}};
        std::array<char, kPiece> piece{};
        const auto [ec, got] = co_await stdout_.async_read_some(asio::buffer(piece), kAwait);
        if (ec && alarm.rung()) co_return Line{.kind = Line::Kind::timeout, .text = {}};
        if (ec) co_return Line{.kind = Line::Kind::end, .text = {}};
        received_ += got;
        buffer_.append(piece.data(), got);
    }
}

void ChildProcess::kill() {
    if (pid_ > 0 && !status_) ::kill(-pid_, SIGKILL);
}

Task<ExitStatus> ChildProcess::wait(Clock::duration patience) {
    if (status_) co_return *status_;
    const Alarm alarm(pidfd_, Clock::now() + patience);
    const auto [ec] = co_await pidfd_.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
    // Before its id is free again: whatever it started is not ours to keep. Where the wait was cut
    // short, this is what ends it.
    kill();
    if (ec) {
        const auto [again] =
            co_await pidfd_.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
        (void)again;
    }
    reap();
    // Its last words are still on their way; only a process that left its group can hold the pipe
    // open.
    if (!stderr_->over) {
        stderr_->ended.expires_after(kLastWords);
        const auto [heard] = co_await stderr_->ended.async_wait(kAwait);
        (void)heard;
    }
    co_return *status_;
}

/// After its end or a kill: does not wait.
void ChildProcess::reap() {
    if (pid_ <= 0 || status_) return;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = WIFSIGNALED(status) ? ExitStatus{.code = -1, .signal = WTERMSIG(status)}
                                  : ExitStatus{.code = WEXITSTATUS(status), .signal = 0};
}

std::string ChildProcess::last_words() const {
    return stderr_->words;
}

}  // namespace reelshare::processing
