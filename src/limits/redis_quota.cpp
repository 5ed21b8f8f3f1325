#include "limits/redis_quota.hpp"

#include <utility>

namespace reelshare::limits {

namespace {

/// The rule of gcra.cpp by Redis' own clock: those of the nodes may differ. A key that holds
/// something else, or lies further ahead than it can, is begun anew.
constexpr const char* kTake = R"(
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local want = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step = math.max(1, math.floor(window / limit))
local most = step * limit
local whole_at = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
local used = math.max(0, whole_at - now)
if used > most + step then used = 0 end
local free = math.max(0, math.floor((most - used) / step))
local granted = math.min(want, free)
used = used + granted * step
if granted > 0 then
    redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', math.ceil(used / 1000))
end
local remaining = math.max(0, math.floor((most - used) / step))
local retry = 0
if remaining == 0 then retry = used + step - most end
return {granted, remaining, used, retry}
)";

constexpr std::size_t kAnswers = 4;

class RedisQuota final : public Quota {
  public:
    explicit RedisQuota(redis::Client& client) : client_(client), script_(kTake) {}

    void take(std::string key, const Policy& policy, int want, Done done) override {
        client_.send(
            script_, {redis::Client::key("limit:" + key)},
            {std::to_string(policy.limit),
             std::to_string(std::chrono::microseconds(policy.window).count()),
             std::to_string(want)},
            [done = std::move(done)](Result<redis::Reply> reply) {
                if (!reply) return done(std::unexpected(reply.error()));
                const auto& items = reply->items();
                if (items.size() != kAnswers)
                    return done(fail_unavailable("Redis answers nonsense to the quota's script"));
                done(Taken{
                    .granted = static_cast<int>(items[0].integer()),
                    .remaining = items[1].integer(),
                    .reset = items[2].integer(),
                    .retry_after = items[3].integer()
                });
            }
        );
    }

    [[nodiscard]] bool available() const override { return client_.up(); }

  private:
    redis::Client& client_;
    const redis::Script script_;
};

}  // namespace

std::unique_ptr<Quota> make_redis_quota(redis::Client& client) {
    return std::make_unique<RedisQuota>(client);
}

}  // namespace reelshare::limits
