#include "accounts/throttle.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace reelshare::accounts {

std::vector<LoginThrottle::Count> LoginThrottle::counts_of(const Attempt& attempt) {
    const Count account{attempt.email + '\n' + attempt.device, kFreePerAccount};
    // Others behind its address are no reason to hold up a known device: it can try one account
    // only.
    if (!attempt.device.empty()) return {account};
    return {account, {address_block(attempt.address), kFreePerAddress}};
}

std::chrono::seconds LoginThrottle::admit(const Attempt& attempt, Clock::time_point now) {
    const auto counts = counts_of(attempt);
    const std::lock_guard lock(mutex_);
    std::chrono::seconds wait{0};
    for (const Count& count : counts) wait = std::max(wait, wait_of(count, now));
    if (wait.count() > 0) return wait;
    if (entries_.size() + counts.size() > kMaxEntries) entries_.clear();
    for (const Count& count : counts) {
        Entry& entry = entries_[count.key];
        if (now - entry.last > kForget) entry.failures = 0;
        ++entry.failures;
        entry.last = now;
    }
    return wait;
}

std::chrono::seconds LoginThrottle::wait_of(const Count& count, Clock::time_point now) const {
    const auto found = entries_.find(count.key);
    if (found == entries_.end() || now - found->second.last > kForget) return {};
    const int over = found->second.failures - count.free_tries;
    if (over < 0) return {};
    const auto delay = std::min(std::chrono::seconds(1LL << std::min(over, 6)), kMaxDelay);
    const auto left = found->second.last + delay - now;
    return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(0));
}

void LoginThrottle::succeeded(const Attempt& attempt) {
    forgive(attempt);
    const std::lock_guard lock(mutex_);
    entries_.erase(counts_of(attempt).front().key);
}

void LoginThrottle::forgive(const Attempt& attempt) {
    const std::lock_guard lock(mutex_);
    for (const Count& count : counts_of(attempt)) {
        const auto found = entries_.find(count.key);
        if (found != entries_.end() && --found->second.failures <= 0) entries_.erase(found);
    }
}

void LoginThrottle::forget_account(const std::string& email) {
    const std::lock_guard lock(mutex_);
    entries_.erase(email + '\n');
}

std::string address_block(const std::string& address) {
    boost::system::error_code ec;
    const auto parsed = boost::asio::ip::make_address(address, ec);
    if (ec || parsed.is_v4()) return address;
    const auto v6 = parsed.to_v6();
    if (v6.is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace reelshare::accounts
