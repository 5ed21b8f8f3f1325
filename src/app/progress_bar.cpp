#include "app/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace reelshare::app {

namespace {

constexpr int kWidth = 40;

bool is_terminal() {
    return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace

ProgressBar::~ProgressBar() {
    if (percent_ >= 0 && is_terminal()) std::fputc('\n', stderr);
}

void ProgressBar::show(double done, double all) {
    const int percent = all > 0 ? static_cast<int>(std::min(1.0, done / all) * 100) : 100;
    if (percent == percent_) return;
    const bool same_tenth = percent_ >= 0 && percent / 10 == percent_ / 10;
    if (!is_terminal() && same_tenth) return;
    percent_ = percent;
    if (!is_terminal()) {
        std::fprintf(stderr, "%s %3d %%\n", what_.c_str(), percent);
        return;
    }
    const auto full = static_cast<std::size_t>(percent * kWidth / 100);
    std::fprintf(
        stderr, "\r%s [%s%s] %3d %%", what_.c_str(), std::string(full, '#').c_str(),
        std::string(kWidth - full, ' ').c_str(), percent
    );
}

}  // namespace reelshare::app
