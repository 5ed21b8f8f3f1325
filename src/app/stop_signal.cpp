#include "app/stop_signal.hpp"

#include <pthread.h>

#include <csignal>

namespace reelshare::app {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

StopSignal::StopSignal() {
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int StopSignal::wait() {
    const sigset_t set = stop_signals();
    int number = 0;
    sigwait(&set, &number);
    // A second Ctrl-C ends the process at once: an operator who insists is right.
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    return number;
}

}  // namespace reelshare::app
