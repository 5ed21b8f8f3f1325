#include "cache/near_cache.hpp"

#include "base/completion.hpp"
#include "base/compress.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace reelshare::cache {

namespace {

using Clock = std::chrono::steady_clock;
using Filled = Result<std::shared_ptr<const Entry>>;

constexpr std::size_t kMinCompressed = 1024;
constexpr std::size_t kShards = 8;

std::shared_ptr<const Entry> make_entry(std::string identity) {
    auto entry = std::make_shared<Entry>();
    entry->etag = '"' + sha256_hex(identity).substr(0, 32) + '"';
    if (identity.size() >= kMinCompressed) {
        if (std::string packed = gzip(identity); !packed.empty())
            entry->gzip = std::make_shared<const std::string>(std::move(packed));
        if (std::string packed = brotli(identity, 5); !packed.empty())
            entry->brotli = std::make_shared<const std::string>(std::move(packed));
    }
    entry->identity = std::make_shared<const std::string>(std::move(identity));
    return entry;
}

std::size_t bytes_of(const Entry& entry) {
    constexpr std::size_t kOverhead = 512;  // Maps, lists, control blocks, key and tags: about.
    return kOverhead + entry.identity->size() + (entry.gzip ? entry.gzip->size() : 0) +
           (entry.brotli ? entry.brotli->size() : 0);
}

struct Stored {
    std::string key;
    std::vector<std::string> tags;
    std::shared_ptr<const Entry> entry;
    Clock::time_point stored;
    Clock::time_point until;  ///< From then on it is filled anew.
};

/// A fill in progress: those who wait for it, and whether a drop made it stale meanwhile.
struct Flight {
    std::vector<std::string> tags;
    std::vector<std::function<void(Filled)>> waiters;
    bool stale = false;
};

struct Shard {
    std::mutex mutex;
    std::list<Stored> entries;  ///< Most recently used first.
    std::unordered_map<std::string_view, std::list<Stored>::iterator> by_key;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
    std::size_t bytes = 0;

    void erase(std::list<Stored>::iterator entry) {
        bytes -= bytes_of(*entry->entry);
        by_key.erase(entry->key);
        entries.erase(entry);
    }
};

bool carries(const std::vector<std::string>& tags, std::string_view tag) {
    return std::ranges::find(tags, tag) != tags.end();
}

}  // namespace

class NearCache::Impl {
  public:
    Impl(NearCacheOptions options, Metrics& metrics) : options_(options) {
        auto& requests = prometheus::BuildCounter()
                             .Name("reelshare_near_cache_requests_total")
                             .Help("Look-ups in the near cache.")
                             .Register(metrics.registry());
        hits_ = &requests.Add({{"result", "hit"}});
        misses_ = &requests.Add({{"result", "miss"}});
        waits_ = &requests.Add({{"result", "wait"}});
        metrics.sample("reelshare_near_cache_bytes", "Bytes held by the near cache.", [this] {
            return static_cast<double>(bytes());
        });
    }

    std::shared_ptr<const Entry> look_up(const std::string& key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.by_key.find(key);
        if (found == shard.by_key.end()) return nullptr;
        if (Clock::now() >= found->second->until) return nullptr;
        shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
        hits_->Increment();
        return shard.entries.front().entry;
    }

    /// The flight of this key that is under way, or a new one that the caller must land.
    std::pair<std::shared_ptr<Flight>, bool> board(
        const std::string& key, std::vector<std::string> tags
    ) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        auto& flight = shard.flights[key];
        // A stale one answers those who asked before the drop; who asks after it needs fresh bytes.
        const bool own = !flight || flight->stale;
        if (own) flight = std::make_shared<Flight>(Flight{.tags = std::move(tags), .waiters = {}});
        (own ? misses_ : waits_)->Increment();
        return {flight, own};
    }

    /// Waits for a flight of somebody else; false where it has landed already.
    bool wait(
        const std::string& key,
        const std::shared_ptr<Flight>& flight,
        std::function<void(Filled)> waiter
    ) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.flights.find(key);
        if (found == shard.flights.end() || found->second != flight) return false;
        flight->waiters.push_back(std::move(waiter));
        return true;
    }

    /// Returns what everybody gets.
    Filled land(const std::string& key, const std::shared_ptr<Flight>& flight, Filled filled) {
        Shard& shard = shard_of(key);
        std::vector<std::function<void(Filled)>> waiters;
        {
            const std::lock_guard lock(shard.mutex);
            const auto found = shard.flights.find(key);
            if (found != shard.flights.end() && found->second == flight) shard.flights.erase(found);
            waiters.swap(flight->waiters);
            if (filled && !flight->stale) store(shard, key, flight->tags, *filled);
            if (!filled) filled = stand_in(shard, key, std::move(filled));
        }
        for (auto& waiter : waiters) waiter(filled);
        return filled;
    }

    void drop(std::string_view tag) {
        for (Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            for (auto& [key, flight] : shard.flights)
                if (carries(flight->tags, tag)) flight->stale = true;
            for (auto it = shard.entries.begin(); it != shard.entries.end();) {
                const auto entry = it++;
                if (carries(entry->tags, tag)) shard.erase(entry);
            }
        }
    }

    void clear() {
        for (Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            for (auto& [key, flight] : shard.flights) flight->stale = true;
            shard.by_key.clear();
            shard.entries.clear();
            shard.bytes = 0;
        }
    }

  private:
    /// The entry that is too old instead of a failure that will pass; else the failure, and what
    /// it refutes is forgotten.
    Filled stand_in(Shard& shard, const std::string& key, Filled failed) {
        const auto found = shard.by_key.find(key);
        if (found == shard.by_key.end()) return failed;
        Stored& stored = *found->second;
        const auto now = Clock::now();
        const bool passes = failed.error().code == Errc::unavailable;
        if (passes && now <= stored.stored + options_.max_stale) {
            stored.until = now + options_.stale_retry;
            return stored.entry;
        }
        if (!passes) shard.erase(found->second);
        return failed;
    }

    void store(
        Shard& shard,
        const std::string& key,
        std::vector<std::string> tags,
        std::shared_ptr<const Entry> entry
    ) {
        const std::size_t size = bytes_of(*entry);
        const std::size_t room = options_.max_bytes / kShards;
        if (size > room) return;
        if (const auto old = shard.by_key.find(key); old != shard.by_key.end())
            shard.erase(old->second);
        while (shard.bytes + size > room) shard.erase(std::prev(shard.entries.end()));
        shard.entries.push_front(
            {key, std::move(tags), std::move(entry), Clock::now(), Clock::now() + options_.max_age}
        );
        shard.by_key.emplace(shard.entries.front().key, shard.entries.begin());
        shard.bytes += size;
    }

    std::size_t bytes() {
        std::size_t sum = 0;
        for (Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            sum += shard.bytes;
        }
        return sum;
    }

    Shard& shard_of(const std::string& key) {
        return shards_[std::hash<std::string>{}(key) % kShards];
    }

    const NearCacheOptions options_;
    std::array<Shard, kShards> shards_;
    prometheus::Counter* hits_ = nullptr;
    prometheus::Counter* misses_ = nullptr;
    prometheus::Counter* waits_ = nullptr;
};

namespace {

/// Lands a flight also when its coroutine throws or is destroyed: nobody waits for ever.
template <class Land>
class LandingGuard {
  public:
    explicit LandingGuard(Land land) : land_(std::move(land)) {}
    ~LandingGuard() {
        if (!landed_)
            (void)land_(Filled(fail_unavailable("the fill of a cache entry was given up")));
    }
    LandingGuard(const LandingGuard&) = delete;
    LandingGuard& operator=(const LandingGuard&) = delete;
    Filled land(Filled filled) {
        landed_ = true;
        return land_(std::move(filled));
    }

  private:
    Land land_;
    bool landed_ = false;
};

}  // namespace

NearCache::NearCache(NearCacheOptions options, Metrics& metrics)
    : impl_(std::make_unique<Impl>(options, metrics)) {}
NearCache::~NearCache() = default;

Task<Result<std::shared_ptr<const Entry>>> NearCache::get(
    std::string key, std::vector<std::string> tags, Fill fill
) {
    if (auto hit = impl_->look_up(key)) co_return hit;
    for (;;) {
        const auto [flight, own] = impl_->board(key, tags);
        if (!own) {
            bool landed = false;
            auto filled = co_await await_completion<Filled>([&](std::function<void(Filled)> done) {
                auto shared = std::make_shared<std::function<void(Filled)>>(std::move(done));
                landed = !impl_->wait(key, flight, [shared](Filled value) {
                    (*shared)(std::move(value));
                });
                if (landed) (*shared)(fail_unavailable("landed"));
            });
            if (!landed) co_return filled;
            if (auto hit = impl_->look_up(key)) co_return hit;
            continue;
        }
        LandingGuard guard([this, key, flight](Filled filled) {
            return impl_->land(key, flight, std::move(filled));
        });
        auto bytes = co_await fill();
        Filled filled =
            bytes ? Filled(make_entry(std::move(*bytes))) : Filled(std::unexpected(bytes.error()));
        co_return guard.land(std::move(filled));
    }
}

void NearCache::drop(std::string_view tag) {
    impl_->drop(tag);
}
void NearCache::clear() {
    impl_->clear();
}

}  // namespace reelshare::cache
