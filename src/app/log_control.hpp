#pragma once
// What an operator can change about the log while the program runs.

#include "app/config.hpp"

namespace reelshare::app {

/// The log as `config` has it, on standard error and in the data folder.
void start_log(const Config& config);

class LogControl {
  public:
    /// `config` must outlive it.
    explicit LogControl(const Config& config) : config_(config) {}

    /// SIGHUP: log level and sampling as the settings file has them now (flags and environment
    /// still win). SIGUSR1: everything (debug, nothing sampled away) until the next SIGUSR1.
    void on_signal(int number);

  private:
    void apply(const Config& config);

    const Config& config_;
    bool everything_ = false;
};

}  // namespace reelshare::app
