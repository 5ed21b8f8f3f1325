#include "media/walls.hpp"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace reelshare::media {

namespace {

bool has_seccomp() {
    const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace

std::vector<Wall> walls() {
    return {
        {.name = "seccomp",
         .there = has_seccomp(),
         .without = "The media program refuses to start: no clip can be processed."},
        {.name = "landlock",
         .there = landlock_version() > 0,
         .without =
             "Media code is held by seccomp alone, which does not know one file from another: "
             "boot with lsm=landlock."}
    };
}

int landlock_version() {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

}  // namespace reelshare::media
