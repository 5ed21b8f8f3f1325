#include "processing/child_process.hpp"

#include "support/run_task.hpp"

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace reelshare::processing {
namespace {

using Clock = ChildProcess::Clock;
using Kind = ChildProcess::Line::Kind;

/// What a shell script said and how it ended.
struct Heard {
    std::vector<std::string> lines;
    Kind last = Kind::line;
    ExitStatus status;
    std::string words;
    Clock::duration took{};
};

Task<Heard> hear(
    std::string script, std::string input, Clock::duration patience, ChildOptions options
) {
    Heard heard;
    const auto home = co_await asio::this_coro::executor;
    const auto begin = Clock::now();
    options.program = "/bin/sh";
    options.arguments = {"-c", script};
    auto child = ChildProcess::start(home, options);
    if (!child) throw std::runtime_error(child.error().detail);
    auto written = co_await (*child)->write(std::move(input));
    (void)written;
    while (heard.last == Kind::line) {
        auto line = co_await (*child)->read_line(begin + patience);
        heard.last = line.kind;
        if (line.kind == Kind::line) heard.lines.push_back(std::move(line.text));
    }
    if (heard.last != Kind::end) (*child)->kill();
    heard.status = co_await (*child)->wait();
    heard.words = (*child)->last_words();
    heard.took = Clock::now() - begin;
    co_return heard;
}

Heard run(
    std::string script,
    std::string input = {},
    Clock::duration patience = std::chrono::seconds(20),
    ChildOptions options = {}
) {
    std::signal(SIGPIPE, SIG_IGN);
    return run_task(hear(std::move(script), std::move(input), patience, std::move(options)));
}

TEST(ChildProcess, LinesGoBothWays) {
    const Heard heard = run("read a; echo \"got $a\"; echo second", "hello\n");
    EXPECT_EQ(heard.lines, (std::vector<std::string>{"got hello", "second"}));
    EXPECT_EQ(heard.last, Kind::end);
    EXPECT_TRUE(heard.status.good());
}

TEST(ChildProcess, AnEndIsReported) {
    const Heard failed = run("echo bad luck >&2; exit 7");
    EXPECT_EQ(failed.status.code, 7);
    EXPECT_EQ(failed.words, "bad luck\n");
    EXPECT_EQ(run("kill -SEGV $$").status.signal, SIGSEGV);
}

TEST(ChildProcess, AHangingChildIsKilledWithWhatItStarted) {
    const Heard heard = run("sleep 1000 & sleep 1000", {}, std::chrono::milliseconds(300));
    EXPECT_EQ(heard.last, Kind::timeout);
    EXPECT_EQ(heard.status.signal, SIGKILL);
    EXPECT_LT(heard.took, std::chrono::seconds(5));
}

TEST(ChildProcess, AFloodIsBounded) {
    const Heard endless = run("exec cat /dev/zero");
    EXPECT_EQ(endless.last, Kind::too_much);
    const Heard lines = run("exec yes 0123456789012345678901234567890123456789");
    EXPECT_EQ(lines.last, Kind::too_much);
    EXPECT_LT(lines.lines.size(), 500'000u);
}

TEST(ChildProcess, ChatterOnStandardErrorHoldsNothingUp) {
    const Heard heard =
        run("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo last words >&2; echo done");
    EXPECT_EQ(heard.lines, std::vector<std::string>{"done"});
    EXPECT_LE(heard.words.size(), 4096u);
    EXPECT_TRUE(heard.words.ends_with("last words\n"));
}

TEST(ChildProcess, InheritsTheGivenDescriptorsOnly) {
    const int secret = ::fcntl(STDERR_FILENO, F_DUPFD, 20);  // Not close-on-exec, by mistake.
    ASSERT_GE(secret, 20);
    const int input = ::open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    const int output = ::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const Heard heard =
        run("ls /proc/$$/fd; readlink /proc/$$/fd/3 /proc/$$/fd/4; cat <&3 >/dev/null", {},
            std::chrono::seconds(20),
            {.program = {}, .arguments = {}, .input_fd = input, .output_fd = output});
    for (const int fd : {secret, input, output}) ::close(fd);
    EXPECT_EQ(
        heard.lines, (std::vector<std::string>{"0", "1", "2", "3", "4", "/etc/hostname", "/tmp"})
    );
    EXPECT_TRUE(heard.status.good());
}

TEST(ChildProcess, HasNoSecretsAndNoBlockedSignals) {
    ::setenv("REELSHARE_SECRET", "hush", 1);
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
    const Heard heard = run("env | grep -c REELSHARE; kill -TERM $$; sleep 5");
    ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
    EXPECT_EQ(heard.lines, std::vector<std::string>{"0"});
    EXPECT_EQ(heard.status.signal, SIGTERM);
}

TEST(ChildProcess, AMissingProgramIsAnError) {
    asio::io_context context;
    const auto child = ChildProcess::start(
        context.get_executor(), {.program = "/no/such/program", .arguments = {}}
    );
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace reelshare::processing
