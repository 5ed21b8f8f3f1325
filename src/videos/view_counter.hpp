#pragma once
// Views: one per viewer, video and 30 minutes, also under concurrency. A request only notes its
// view; what was noted within half a second is written in one transaction, in which the database
// itself decides which views are new. So a batch may be written twice without counting twice, and a
// killed process loses at most the views of its last half second.

#include "base/metrics.hpp"
#include "base/task.hpp"
#include "db/database.hpp"
#include "videos/videos.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace reelshare::videos {

struct ViewCounterOptions {
    std::chrono::milliseconds delay{500};    ///< From the first view noted to its write.
    std::chrono::milliseconds retry{2'000};  ///< After a write that failed.
    std::size_t max_pending = 100'000;  ///< More are dropped while the database does not answer.
    std::chrono::milliseconds window = std::chrono::minutes(30);
};

/// Thread-safe. Must outlive the server; `stop` after the server and before the database goes.
class ViewCounter {
  public:
    ViewCounter(
        db::Database& database, Videos& videos, Metrics& metrics, ViewCounterOptions options = {}
    );

    /// Notes a view. `alias` is the viewer's name from now on (the guest cookie just given), known
    /// as having seen the video too. The write happens on `executor`.
    void note(
        const asio::any_io_executor& executor,
        std::string video_id,
        std::string viewer,
        std::string alias = {}
    );

    /// Writes what is pending now.
    Task<Result<void>> flush();

    /// Writes what is pending, on an event loop of its own. Blocks.
    void stop();

    [[nodiscard]] std::size_t pending() const;

  private:
    using Key = std::pair<std::string, std::string>;  ///< Video, viewer.
    using Batch = std::map<Key, std::string>;         ///< To the alias, if any.
    class Taken;

    Task<void> flush_later();
    Task<Result<std::vector<std::string>>> write(const Batch& batch);
    void put_back(Batch batch);

    db::Database& database_;
    Videos& videos_;
    const ViewCounterOptions options_;
    prometheus::Counter* counted_ = nullptr;
    prometheus::Counter* dropped_ = nullptr;
    mutable std::mutex mutex_;
    Batch pending_;
    bool scheduled_ = false;
};

}  // namespace reelshare::videos
