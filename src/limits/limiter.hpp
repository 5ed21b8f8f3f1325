#pragma once
// Whether a request may go on now. Most are decided in this process within a microsecond; logins
// and signups ask the shared quota, one round trip.

#include "base/metrics.hpp"
#include "base/task.hpp"
#include "base/two_ages.hpp"
#include "http/message.hpp"
#include "limits/lease.hpp"
#include "limits/policy.hpp"
#include "limits/quota.hpp"

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace reelshare::limits {

/// Thread-safe.
class Limiter {
  public:
    /// The user whom a token names by a good signature, or "". Whether the session still lives is
    /// for the handler to say.
    using UserOf = std::function<std::string(const http::Request&)>;

    /// `shared`: the quota of all nodes, which must outlive this; null where there is one node.
    /// Its last answer must have come before the limiter goes.
    Limiter(Policies policies, Quota* shared, UserOf user_of, Metrics& metrics);

    [[nodiscard]] const Policy& policy(RouteClass kind) const { return policies_.of(kind); }

    /// A read, write or upload of the user or address of `request`.
    Decision spend(RouteClass kind, const http::Request& request);
    /// A login or signup of its address.
    Task<Decision> spend_exactly(RouteClass kind, const http::Request& request);

    void count_refused(RouteClass kind);

  private:
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kClients = 200'000;

    struct Shard {
        std::mutex mutex;
        TwoAges<Lease> leases{kClients / kShards / 2};
    };

    [[nodiscard]] Shard& shard_of(std::string_view key);
    void ask(RouteClass kind, std::string key, int want);

    const Policies policies_;
    Quota* shared_;
    std::unique_ptr<Quota> local_ = make_memory_quota();
    UserOf user_of_;
    std::array<Shard, kShards> shards_;
    std::array<prometheus::Counter*, 5> refused_{};  ///< By class.
};

}  // namespace reelshare::limits
