#include "processing/spawn_program.hpp"

#include <fcntl.h>
#include <spawn.h>

#include <csignal>
#include <cstdlib>

namespace reelshare::processing {

namespace {

constexpr int kFirstFreeDescriptor = 10;

/// A locale for the libraries' messages and what sanitized builds need; no secret of ours.
std::vector<std::string> environment() {
    std::vector<std::string> variables = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = std::getenv(name))
            variables.push_back(std::string(name) + '=' + value);
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// posix_spawn's two objects, which must be destroyed again.
struct Plan {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

    Plan() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~Plan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
};

}  // namespace

int lifted(int fd) {
    return ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
}

int spawn_program(
    pid_t& pid,
    const std::filesystem::path& program,
    std::vector<std::string> arguments,
    const std::array<int, 5>& descriptors
) {
    // posix_spawn instead of fork: nothing of a server with many threads runs in between.
    Plan plan;
    int target = 0;
    for (const int source : descriptors) {
        if (source >= 0) {
            posix_spawn_file_actions_adddup2(&plan.actions, source, target);
        } else {
            posix_spawn_file_actions_addclose(&plan.actions, target);
        }
        ++target;
    }
    posix_spawn_file_actions_addclosefrom_np(&plan.actions, target);
    // Our threads block SIGTERM and ignore SIGPIPE: the child must not inherit that.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&plan.attributes, &none);
    posix_spawnattr_setsigdefault(&plan.attributes, &all);
    posix_spawnattr_setpgroup(&plan.attributes, 0);
    posix_spawnattr_setflags(
        &plan.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    );
    arguments.insert(arguments.begin(), program.string());
    std::vector<std::string> variables = environment();
    return ::posix_spawn(
        &pid, program.c_str(), &plan.actions, &plan.attributes, pointers(arguments).data(),
        pointers(variables).data()
    );
}

}  // namespace reelshare::processing
