#pragma once
// What a part of the work takes, in time and in work of processors.

#include "media/report.hpp"

#include <chrono>
#include <ctime>
#include <string>

namespace reelshare::media {

class Stopwatch {
  public:
    /// `clock`: whose work is counted, CLOCK_PROCESS_CPUTIME_ID or CLOCK_THREAD_CPUTIME_ID.
    explicit Stopwatch(clockid_t clock = CLOCK_PROCESS_CPUTIME_ID)
        : clock_(clock), cpu_began_(cpu()) {}

    /// Since the begin or the last call.
    Stage lap(std::string name) {
        const auto now = std::chrono::steady_clock::now();
        const double cpu_now = cpu();
        Stage stage{
            .name = std::move(name),
            .wall = std::chrono::duration<double>(now - began_).count(),
            .cpu = cpu_now - cpu_began_
        };
        began_ = now;
        cpu_began_ = cpu_now;
        return stage;
    }

  private:
    [[nodiscard]] double cpu() const {
        timespec time{};
        ::clock_gettime(clock_, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

    clockid_t clock_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double cpu_began_;
};

}  // namespace reelshare::media
