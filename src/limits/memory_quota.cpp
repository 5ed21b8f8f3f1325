#include "base/two_ages.hpp"
#include "limits/quota.hpp"

#include <array>
#include <chrono>
#include <mutex>

namespace reelshare::limits {

namespace {

constexpr std::size_t kShards = 16;
constexpr std::size_t kClients = 100'000;

class MemoryQuota final : public Quota {
  public:
    void take(std::string key, const Policy& policy, int want, Done done) override {
        const Micros now = std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::steady_clock::now().time_since_epoch()
        )
                               .count();
        Shard& shard = shards_.at(std::hash<std::string>{}(key) % kShards);
        Taken taken;
        {
            const std::lock_guard lock(shard.mutex);
            taken = limits::take(policy, shard.whole_at.at(key), now, want);
        }
        done(taken);
    }

    [[nodiscard]] bool available() const override { return true; }

  private:
    struct Shard {
        std::mutex mutex;
        TwoAges<Micros> whole_at{kClients / kShards / 2};
    };
    std::array<Shard, kShards> shards_;
};

}  // namespace

std::unique_ptr<Quota> make_memory_quota() {
    return std::make_unique<MemoryQuota>();
}

}  // namespace reelshare::limits
