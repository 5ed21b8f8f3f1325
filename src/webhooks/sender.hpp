#pragma once
// Sends what the outbox holds: at least once, in no promised order, again with growing pauses for a
// day, then never.

#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "db/database.hpp"

#include <atomic>
#include <optional>
#include <string>

namespace reelshare::webhooks {

struct SenderOptions {
    std::string secret;
    bool allow_private = false;
};

class Sender {
  public:
    static constexpr int kAtOnce = 4;

    /// `database` must outlive it.
    Sender(db::Database& database, SenderOptions options, Metrics& metrics);

    /// Sends until `stop`; `kAtOnce` of these run beside each other.
    Task<void> run();
    void stop() { stopping_ = true; }
    /// Removes deliveries that ended a week ago.
    Task<Result<void>> forget_old();

  private:
    struct Delivery {
        std::string id;
        std::string url;
        std::string event;
        std::string payload;
        std::int64_t attempt = 0;
        bool last = false;  ///< A day has passed.
    };

    Task<Result<std::optional<Delivery>>> claim();
    Task<Result<void>> deliver(Delivery delivery);
    Task<Result<void>> finish(std::string id, std::string state, std::string error);
    Task<Result<void>> put_back(std::string id, std::int64_t attempt, std::string error);

    db::Database& database_;
    const SenderOptions options_;
    prometheus::Counter& sent_;
    prometheus::Counter& failed_;
    prometheus::Counter& dead_;
    std::atomic<bool> stopping_{false};
    BlockingExecutor executor_{kAtOnce, kAtOnce};  ///< Sending blocks.
};

}  // namespace reelshare::webhooks
