#pragma once
// SIGINT and SIGTERM as something to wait for, and SIGHUP and SIGUSR1 as something to do meanwhile.
// Made before any thread starts, so that every thread inherits the mask and no signal interrupts
// anybody's system call.

#include <functional>

namespace reelshare::app {

class StopSignal {
  public:
    StopSignal();
    /// Blocks until one that stops comes; its number. The others are given to `other`, on this
    /// thread.
    int wait(const std::function<void(int)>& other = {});
};

}  // namespace reelshare::app
