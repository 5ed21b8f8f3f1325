#include "app/stop_signal.hpp"

#include <pthread.h>

#include <csignal>

namespace reelshare::app {

namespace {

sigset_t awaited() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    return set;
}

}  // namespace

StopSignal::StopSignal() {
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = awaited();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int StopSignal::wait(const std::function<void(int)>& other) {
    const sigset_t set = awaited();
    int number = 0;
    for (;;) {
        sigwait(&set, &number);
        if (number == SIGINT || number == SIGTERM) break;
        if (other) other(number);
    }
    // A second Ctrl-C ends the process at once: an operator who insists is right.
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    return number;
}

}  // namespace reelshare::app
