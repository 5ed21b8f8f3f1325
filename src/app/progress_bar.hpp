#pragma once
// A line on standard error that shows how far a command is.

#include <string>

namespace reelshare::app {

/// Drawn again and again on a terminal; elsewhere a line for every tenth.
class ProgressBar {
  public:
    explicit ProgressBar(std::string what) : what_(std::move(what)) {}
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `done` of `all`; more than all is all.
    void show(double done, double all);

  private:
    const std::string what_;
    int percent_ = -1;
};

}  // namespace reelshare::app
