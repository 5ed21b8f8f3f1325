// The walls, tried from inside: each act happens in a process of its own that entered the cell
// before.

#include "media/cell.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace reelshare::media {
namespace {

constexpr int kDone = 0;      ///< The act succeeded.
constexpr int kRefused = 77;  ///< The kernel said no.

int outcome(bool done) {
    return done ? kDone : kRefused;
}

class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "reelshare-cell-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
        fd_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    ~Folder() {
        ::close(fd_);
        std::filesystem::remove_all(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] int fd() const { return fd_; }

  private:
    std::filesystem::path path_;
    int fd_;
};

/// The wait status of a process that does `act` inside the cell.
int inside(const std::function<int(int folder)>& act, Job job = {}) {
    const Folder folder;
    const pid_t pid = ::fork();
    if (pid == 0) {
        int code = 99;
        try {
            enter_cell(job, folder.fd());
            code = act(folder.fd());
        } catch (...) {
            code = 98;
        }
        ::_exit(code);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
}

bool exited_with(int status, int code) {
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}
bool held(int status) {
    return (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) || exited_with(status, kRefused);
}

struct Act {
    const char* name;
    std::function<int(int folder)> run;
};

class Cell : public testing::TestWithParam<Act> {};

TEST_P(Cell, Holds) {
    const int status = inside(GetParam().run);
    EXPECT_TRUE(held(status)) << "status " << status;
}

void* executable_page() {
    return ::mmap(
        nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0
    );
}

INSTANTIATE_TEST_SUITE_P(
    Acts,
    Cell,
    testing::Values(
        Act{"OpenAFile", [](int) { return outcome(::open("/etc/passwd", O_RDONLY) >= 0); }},
        Act{"OpenAFileByPathOnly",
            [](int) { return outcome(::openat(AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0); }},
        Act{"NameAFileOnly", [](int) { return outcome(::open("/etc/passwd", O_PATH) >= 0); }},
        Act{"CloneAProcess",
            [](int) {
                const long child = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
                if (child == 0) ::_exit(0);
                return outcome(child > 0);
            }},
        Act{"ReadAnotherProcess",
            [](int) {
                char local[8];
                iovec here{local, sizeof local};
                iovec there{local, sizeof local};
                return outcome(
                    ::syscall(SYS_process_vm_readv, ::getppid(), &here, 1, &there, 1, 0) > 0
                );
            }},
        Act{"UserFaults", [](int) { return outcome(::syscall(SYS_userfaultfd, 0) >= 0); }},
        Act{"RaiseALimit",
            [](int) {
                const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
                return outcome(::setrlimit(RLIMIT_AS, &none) == 0);
            }},
        Act{"LeaveTheFolder",
            [](int folder) {
                return outcome(::openat(folder, "../x", O_CREAT | O_WRONLY, 0600) >= 0);
            }},
        Act{"MakeAFileElsewhere",
            [](int) {
                return outcome(
                    ::openat(AT_FDCWD, "/tmp/reelshare-escape", O_CREAT | O_WRONLY, 0600) >= 0
                );
            }},
        Act{"MakeAFolder", [](int folder) { return outcome(::mkdirat(folder, "d", 0700) == 0); }},
        Act{"RemoveAFile", [](int folder) { return outcome(::unlinkat(folder, "x", 0) == 0); }},
        Act{"ListAFolder",
            [](int) { return outcome(::openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY) >= 0); }},
        Act{"Tcp", [](int) { return outcome(::socket(AF_INET, SOCK_STREAM, 0) >= 0); }},
        Act{"Udp", [](int) { return outcome(::socket(AF_INET, SOCK_DGRAM, 0) >= 0); }},
        Act{"UnixSocket", [](int) { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0) >= 0); }},
        Act{"SocketPair",
            [](int) {
                int pair[2];
                return outcome(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
            }},
        Act{"Execute",
            [](int) {
                char name[] = "/bin/true";
                char* arguments[] = {name, nullptr};
                ::execv(name, arguments);
                return kRefused;
            }},
        Act{"Fork", [](int) { return outcome(::fork() >= 0); }},
        Act{"Kill", [](int) { return outcome(::kill(::getppid(), 0) == 0); }},
        Act{"Trace", [](int) { return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0); }
        },
        Act{"Unshare", [](int) { return outcome(::unshare(CLONE_NEWUSER) == 0); }},
        Act{"IoUring",
            [](int) {
                io_uring_params params{};
                return outcome(::syscall(SYS_io_uring_setup, 4, &params) >= 0);
            }},
        Act{"MemoryFile", [](int) { return outcome(::syscall(SYS_memfd_create, "x", 0) >= 0); }},
        Act{"Bpf", [](int) { return outcome(::syscall(SYS_bpf, 0, nullptr, 0) >= 0); }},
        Act{"Keys", [](int) { return outcome(::syscall(SYS_keyctl, 0, 0, 0, 0, 0) >= 0); }},
        Act{"ExecutableMemory", [](int) { return outcome(executable_page() != MAP_FAILED); }}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(Cell, WorkGoesOn) {
    const int status = inside([](int folder) {
        const int fd = ::openat(folder, "out", O_CREAT | O_EXCL | O_RDWR, 0600);
        if (fd < 0 || ::write(fd, "hello", 5) != 5) return 1;
        char back[5];
        if (::pread(fd, back, 5, 0) != 5 || std::string(back, 5) != "hello") return 2;
        int sum = 0;
        std::thread worker([&] {
            const std::vector<int> numbers(1 << 20, 1);
            for (const int one : numbers) sum += one;
        });
        worker.join();
        return sum == 1 << 20 ? kDone : 3;
    });
    EXPECT_TRUE(exited_with(status, kDone)) << status;
}

TEST_F(Cell, GoesFirstWhereTheMachineHasNoMemoryLeft) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const Folder folder;
    const pid_t pid = ::fork();
    if (pid == 0) {
        try {
            enter_cell(Job(), folder.fd());
        } catch (...) {
            ::_exit(98);
        }
        (void)!::write(pipe_ends[1], "x", 1);
        ::clock_nanosleep(CLOCK_MONOTONIC, 0, std::array{timespec{60, 0}}.data(), nullptr);
        ::_exit(0);
    }
    char inside = 0;
    EXPECT_EQ(::read(pipe_ends[0], &inside, 1), 1);
    std::string score;
    std::ifstream("/proc/" + std::to_string(pid) + "/oom_score_adj") >> score;
    EXPECT_EQ(score, "1000");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
}

TEST_F(Cell, MemoryIsLimited) {
    Job job;
    job.memory_bytes = 256u << 20;
    const int status = inside(
        [](int) {
            void* much = ::mmap(
                nullptr, 512u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0
            );
            return outcome(much != MAP_FAILED);
        },
        job
    );
    EXPECT_TRUE(exited_with(status, kRefused)) << status;
}

TEST_F(Cell, OutputIsLimited) {
    Job job;
    job.output_bytes = 1000;
    const int status = inside(
        [](int folder) {
            const int fd = ::openat(folder, "out", O_CREAT | O_WRONLY, 0600);
            const std::string much(2000, 'x');
            (void)!::write(fd, much.data(), 1000);
            return outcome(::write(fd, much.data(), 1000) > 0);
        },
        job
    );
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << status;
}

TEST_F(Cell, TimeIsLimited) {
    Job job;
    job.cpu_seconds = 1;
    const int status = inside(
        [](int) {
            for (volatile unsigned spin = 0;; spin = spin + 1) {
            }
            return kDone;
        },
        job
    );
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
}

}  // namespace
}  // namespace reelshare::media
