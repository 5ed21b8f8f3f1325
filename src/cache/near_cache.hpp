#pragma once
// Complete public answers kept as bytes: serialised once, compressed once per encoding, with a
// strong ETag. A hit costs a look-up and one gathered write: no JSON, no database.

#include "base/metrics.hpp"
#include "base/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::cache {

/// The bytes of one answer in every encoding. Empty where an encoding does not pay (below 1 KiB).
struct Entry {
    std::shared_ptr<const std::string> identity;
    std::shared_ptr<const std::string> gzip;
    std::shared_ptr<const std::string> brotli;
    std::string etag;  ///< Quoted, strong, of the identity bytes.
};

struct NearCacheOptions {
    std::size_t max_bytes = 32u << 20;  ///< Over all shards; the least recently used goes first.
    std::chrono::milliseconds max_age{30'000};  ///< Bounds what a lost invalidation can cost.
    /// How long an entry that nobody dropped may stand in for a fill that is `unavailable`, and
    /// how long before the next try.
    std::chrono::milliseconds max_stale{600'000};
    std::chrono::milliseconds stale_retry{5'000};
};

/// Thread-safe; shared by all event loops.
class NearCache {
  public:
    NearCache(NearCacheOptions options, Metrics& metrics);
    ~NearCache();

    using Fill = std::function<Task<Result<std::string>>()>;

    /// The entry under `key`. On a miss exactly one caller runs `fill` (which gives the identity
    /// bytes); the others wait for it. An error is handed to all of them and not kept; where it
    /// is `unavailable`, an entry that is merely too old answers instead. What was filled while
    /// `drop` ran is given to its callers but not kept (it may be stale). `tags` name what the
    /// bytes were made of, e.g. "feed" and "video:<id>".
    Task<Result<std::shared_ptr<const Entry>>> get(
        std::string key, std::vector<std::string> tags, Fill fill
    );

    /// Drops every entry that carries `tag`, at once. After it returns, nothing made from older
    /// data is served.
    void drop(std::string_view tag);
    void clear();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelshare::cache
