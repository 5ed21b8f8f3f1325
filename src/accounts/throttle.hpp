#pragma once
// Slows down guessing without locking anybody out: failures are counted per account seen from one
// address, and per address; each has some tries for free, then a delay that doubles up to a minute.

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace reelshare::accounts {

/// Thread-safe. Bounded: the whole table is forgotten when it is full.
class LoginThrottle {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr int kFreePerAccount = 5;
    static constexpr int kFreePerAddress = 20;
    static constexpr std::chrono::seconds kMaxDelay{60};
    static constexpr std::chrono::minutes kForget{15};
    static constexpr std::size_t kMaxEntries = 100'000;

    /// How long this caller must wait before it may try; zero: now.
    [[nodiscard]] std::chrono::seconds wait(
        const std::string& email, const std::string& address, Clock::time_point now = Clock::now()
    );
    void failed(
        const std::string& email, const std::string& address, Clock::time_point now = Clock::now()
    );
    /// The owner is in: forgets this account at this address.
    void succeeded(const std::string& email, const std::string& address);

  private:
    struct Entry {
        int failures = 0;
        Clock::time_point last;
    };
    [[nodiscard]] std::chrono::seconds wait_of(
        const std::string& key, int free_tries, Clock::time_point now
    ) const;
    void count(const std::string& key, Clock::time_point now);

    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace reelshare::accounts
