#pragma once
// SIGINT and SIGTERM as something to wait for. Made before any thread starts, so that every thread
// inherits the mask and no signal interrupts anybody's system call.

namespace reelshare::app {

class StopSignal {
  public:
    StopSignal();
    /// Blocks until one comes; its number.
    int wait();
};

}  // namespace reelshare::app
