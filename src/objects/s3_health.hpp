#pragma once
// What the last answers of a service say of it, so that an upload can be refused before its body is
// read: decisions without I/O.

#include <chrono>
#include <mutex>

namespace reelshare::objects {

/// Thread-safe.
class S3Health {
  public:
    using Clock = std::chrono::steady_clock;
    /// After a failed write none is begun for so long.
    static constexpr std::chrono::seconds kPause{2};
    /// For so long an answer proves that the service is there.
    static constexpr std::chrono::seconds kTrust{2};

    enum class Verdict : std::uint8_t {
        good,     ///< It answered a moment ago, and writes work.
        unknown,  ///< Try something small first.
        suspect,  ///< The last write failed: try a small one first.
        bad,      ///< A write failed just now.
    };
    [[nodiscard]] Verdict verdict(Clock::time_point now) const {
        const std::lock_guard lock(mutex_);
        if (write_failed_) return now < failed_at_ + kPause ? Verdict::bad : Verdict::suspect;
        return answered_ && now < answered_at_ + kTrust ? Verdict::good : Verdict::unknown;
    }

    void answered(bool write, Clock::time_point now) {
        const std::lock_guard lock(mutex_);
        answered_ = true;
        answered_at_ = now;
        if (write) write_failed_ = false;
    }
    void failed(bool write, Clock::time_point now) {
        const std::lock_guard lock(mutex_);
        answered_ = false;
        if (!write) return;
        write_failed_ = true;
        failed_at_ = now;
    }

  private:
    mutable std::mutex mutex_;
    bool answered_ = false;
    bool write_failed_ = false;
    Clock::time_point answered_at_;
    Clock::time_point failed_at_;
};

}  // namespace reelshare::objects
