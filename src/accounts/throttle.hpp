#pragma once
// Slows down guessing without locking the owner out. Attempts that have not succeeded are counted
// per account from anywhere, per account and known device, and per address; each count has some
// tries for free, then a delay that doubles up to a minute. A device that has logged in to an
// account before is known to it (device_cookie.hpp): it has a count of its own, so that guesses
// from elsewhere do not hold up the owner.

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

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

    struct Attempt {
        std::string email;
        std::string address;
        /// Names the device where it is known to this account, else "".
        std::string device;
    };

    /// Zero: the attempt may be made, and counts as failed until the other calls say otherwise, so
    /// that attempts made at once are counted too. Else how long the caller must wait; that counts
    /// nothing.
    [[nodiscard]] std::chrono::seconds admit(
        const Attempt& attempt, Clock::time_point now = Clock::now()
    );
    /// The owner is in: forgets what was tried on the account from where they are.
    void succeeded(const Attempt& attempt);
    /// The attempt was not one: nobody looked at the password.
    void forgive(const Attempt& attempt);
    /// The owner has proved to be one (a reset by mail): forgets what was tried on the account.
    void forget_account(const std::string& email);

  private:
    struct Entry {
        int failures = 0;
        Clock::time_point last;
    };
    struct Count {
        std::string key;
        int free_tries;
    };
    static std::vector<Count> counts_of(const Attempt& attempt);
    [[nodiscard]] std::chrono::seconds wait_of(const Count& count, Clock::time_point now) const;

    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

/// What one subscriber can use many of counts as one: an IPv6 address by its /64, an IPv4 address
/// (also inside IPv6) by itself.
[[nodiscard]] std::string address_block(const std::string& address);

}  // namespace reelshare::accounts
