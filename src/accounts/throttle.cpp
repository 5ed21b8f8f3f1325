#include "accounts/throttle.hpp"

#include <algorithm>

namespace reelshare::accounts {

namespace {

std::string account_key(const std::string& email, const std::string& address) {
    return email + '\n' + address;
}

}  // namespace

std::chrono::seconds LoginThrottle::wait(
    const std::string& email, const std::string& address, Clock::time_point now
) {
    const std::lock_guard lock(mutex_);
    return std::max(
        wait_of(account_key(email, address), kFreePerAccount, now),
        wait_of(address, kFreePerAddress, now)
    );
}

std::chrono::seconds LoginThrottle::wait_of(
    const std::string& key, int free_tries, Clock::time_point now
) const {
    const auto found = entries_.find(key);
    if (found == entries_.end() || now - found->second.last > kForget) return {};
    const int over = found->second.failures - free_tries;
    if (over < 0) return {};
    const auto delay = std::min(std::chrono::seconds(1LL << std::min(over, 6)), kMaxDelay);
    const auto left = found->second.last + delay - now;
    return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(0));
}

void LoginThrottle::failed(
    const std::string& email, const std::string& address, Clock::time_point now
) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kMaxEntries) entries_.clear();
    count(account_key(email, address), now);
    count(address, now);
}

void LoginThrottle::count(const std::string& key, Clock::time_point now) {
    Entry& entry = entries_[key];
    if (now - entry.last > kForget) entry.failures = 0;
    ++entry.failures;
    entry.last = now;
}

void LoginThrottle::succeeded(const std::string& email, const std::string& address) {
    const std::lock_guard lock(mutex_);
    entries_.erase(account_key(email, address));
}

}  // namespace reelshare::accounts
