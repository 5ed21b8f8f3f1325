#include "media/cell.hpp"

#include "media/walls.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <system_error>

namespace reelshare::media {

namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REELSHARE_ADDRESS_SANITIZER
#endif
#endif
/// The sanitizer needs address space without end and opens files of its own.
#ifdef REELSHARE_ADDRESS_SANITIZER
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr std::size_t kThreadStack = 2u << 20;  ///< Decoders and encoders start dozens.
constexpr int kNice =
    19;  ///< Serving comes first; at 10 its p99 was up to seven times that of an idle machine.

[[noreturn]] void fail_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void limit(int resource, rlim_t most) {
    const rlimit value{most, most};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &value) != 0) fail_errno("setrlimit");
}

void limit_resources(const Job& job) {
    if (!kSanitized) limit(RLIMIT_AS, job.memory_bytes);
    limit(RLIMIT_CPU, job.cpu_seconds);
    limit(RLIMIT_FSIZE, job.output_bytes);
    limit(RLIMIT_NOFILE, 32);
    limit(RLIMIT_CORE, 0);
    // Address space is limited: no 64 MiB heap and no 8 MiB stack for each thread.
    mallopt(M_ARENA_MAX, 2);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kThreadStack);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

/// Where memory runs out, the kernel ends this process and not the server. Needs a file of its own,
/// so before files are closed, and before they are root's (PR_SET_DUMPABLE).
void be_first_to_go() {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, "1000", 4) != 4)
        std::fprintf(stderr, "cell: the kernel takes no oom_score_adj\n");
    if (fd >= 0) ::close(fd);
}

/// What Landlock is told to guard, as later kernels know it than the headers here.
struct Handled {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scopes = 0;
};

/// Everything that this version can guard.
Handled handled_by(int version) {
    Handled handled;
    handled.files = (1u << 13) - 1;               // 1: open, make and remove.
    if (version >= 2) handled.files |= 1u << 13;  // Move into other folders.
    if (version >= 3) handled.files |= 1u << 14;  // Truncate.
    if (version >= 4) handled.network = 3;        // TCP: bind and connect.
    if (version >= 5) handled.files |= 1u << 15;  // Device controls.
    if (version >= 6) handled.scopes = 3;         // Abstract sockets, signals.
    return handled;
}

/// Older kernels refuse a structure that is longer than theirs.
std::size_t size_for(int version) {
    if (version >= 6) return sizeof(Handled);
    return version >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

/// No file may be touched but those in the output folder.
void close_files(int output_directory) {
    const int version = landlock_version();
    if (version <= 0) return;  // The server has said so at its start.
    const Handled handled = handled_by(version);
    const int rules =
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, size_for(version), 0));
    if (rules < 0) fail_errno("landlock_create_ruleset");
    landlock_path_beneath_attr folder{};
    folder.allowed_access =
        LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;
    folder.parent_fd = output_directory;
    if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &folder, 0) != 0)
        fail_errno("landlock_add_rule");
    if (::syscall(SYS_landlock_restrict_self, rules, 0) != 0) fail_errno("landlock_restrict_self");
    ::close(rules);
}

/// True where these bits of a call's argument have this value.
scmp_arg_cmp masked(unsigned argument, scmp_datum_t bits, scmp_datum_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, value};
}

class Filter {
  public:
    Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release) {
        if (!context_) throw std::bad_alloc();
    }
    void allow(std::initializer_list<int> calls) {
        for (const int call : calls)
            check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0));
    }
    void allow_if(int call, scmp_arg_cmp condition) {
        check(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call, 1, &condition));
    }
    void refuse(int call, int error) {
        check(
            seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0)
        );
    }
    void load() { check(seccomp_load(context_.get())); }

  private:
    static void check(int result) {
        if (result != 0) throw std::system_error(-result, std::generic_category(), "seccomp");
    }
    std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

/// What decoding, filtering and encoding were seen to need. No network, no new program, no other
/// process.
void close_system_calls() {
    Filter filter;
    filter.allow(
        {SCMP_SYS(read),
         SCMP_SYS(pread64),
         SCMP_SYS(write),
         SCMP_SYS(writev),
         SCMP_SYS(pwrite64),
         SCMP_SYS(lseek),
         SCMP_SYS(close),
         SCMP_SYS(fstat),
         SCMP_SYS(newfstatat),
         SCMP_SYS(fcntl),
         SCMP_SYS(munmap),
         SCMP_SYS(mremap),
         SCMP_SYS(brk),
         SCMP_SYS(madvise),
         SCMP_SYS(futex),
         SCMP_SYS(set_robust_list),
         SCMP_SYS(rseq),
         SCMP_SYS(rt_sigaction),
         SCMP_SYS(rt_sigprocmask),
         SCMP_SYS(rt_sigreturn),
         SCMP_SYS(sched_getaffinity),
         SCMP_SYS(sched_yield),
         SCMP_SYS(getrandom),
         SCMP_SYS(getrusage),
         SCMP_SYS(getpid),
         SCMP_SYS(gettid),
         SCMP_SYS(clock_gettime),
         SCMP_SYS(clock_nanosleep),
         SCMP_SYS(exit),
         SCMP_SYS(exit_group)}
    );
    // A descriptor that only names a file would pass by Landlock.
    filter.allow_if(SCMP_SYS(openat), masked(2, O_PATH, 0));
    filter.allow_if(SCMP_SYS(mmap), masked(2, PROT_EXEC, 0));
    filter.allow_if(SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0));
    filter.allow_if(SCMP_SYS(clone), masked(0, CLONE_THREAD, CLONE_THREAD));
    // Its flags cannot be looked at; the C library falls back to clone.
    filter.refuse(SCMP_SYS(clone3), ENOSYS);
    // Thread names, scheduling hints and what libraries only try.
    for (const int call :
         {SCMP_SYS(prctl), SCMP_SYS(ioctl), SCMP_SYS(sched_setaffinity), SCMP_SYS(set_mempolicy),
          SCMP_SYS(mlock), SCMP_SYS(open), SCMP_SYS(access), SCMP_SYS(readlink), SCMP_SYS(uname),
          SCMP_SYS(sysinfo), SCMP_SYS(getcpu)})
        filter.refuse(call, EPERM);
    filter.load();
}

}  // namespace

void enter_cell(const Job& job, int output_directory) {
    be_first_to_go();
    // Dies with the server that started it; shows its memory to nobody; never gains rights.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail_errno("no_new_privs");
    ::setpriority(PRIO_PROCESS, 0, kNice);
    limit_resources(job);
    if (kSanitized) return;
    close_files(output_directory);
    close_system_calls();
}

}  // namespace reelshare::media
