#pragma once
// Views and watch time. A request only notes what was seen; what was noted within half a second is
// written in one transaction, in which the database itself decides what is new, and exactly once.
//
// What was answered is counted, also when the process is killed. With a journal (one process, the
// embedded database) the note is in its file before the answer, and a restart reads it. Without one
// (many processes at one database) the answer waits for its batch, which is written as soon as the
// one before it is: see `settle`.

#include "base/metrics.hpp"
#include "base/task.hpp"
#include "db/database.hpp"
#include "videos/videos.hpp"
#include "videos/view_batch.hpp"
#include "videos/view_journal.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

struct ViewCounterOptions {
    /// Folder of the journal; empty: none, and answers wait for their batch.
    std::filesystem::path journal{};
    std::chrono::milliseconds delay{500};    ///< From the first view noted to its write.
    std::chrono::milliseconds retry{2'000};  ///< After a write that failed.
    /// An answer waits for its batch no longer than this: the count may come later, the page not.
    std::chrono::milliseconds patience{250};
    std::size_t max_pending = 100'000;  ///< More are dropped while the database does not answer.
    std::chrono::milliseconds window = std::chrono::minutes(30);
};

/// Thread-safe. Must outlive the server; `stop` after the server and before the database goes.
class ViewCounter {
  public:
    ViewCounter(
        db::Database& database, Videos& videos, Metrics& metrics, ViewCounterOptions options = {}
    );

    /// Opens the journal and counts what an earlier process left in it. Before the server starts.
    Task<Result<void>> recover();

    /// Notes a view, and what a player told of it. `sight.alias` is the viewer's name from now on
    /// (the guest cookie just given), known as having seen the post too. The write happens on
    /// `executor`.
    void note(
        const asio::any_io_executor& executor,
        std::string video_id,
        std::string viewer,
        Sight sight = {}
    );

    /// To be awaited between `note` and the answer: until what was noted survives a killed process.
    Task<void> settle();

    /// Writes what is pending now.
    Task<Result<void>> flush();

    /// Writes what is pending, on an event loop of its own. Blocks.
    void stop();

    [[nodiscard]] std::size_t pending() const;
    /// Posts that this viewer has seen and the database does not know of yet.
    [[nodiscard]] std::vector<std::string> pending_of(std::string_view viewer) const;

  private:
    using Timer = std::shared_ptr<asio::steady_timer>;
    /// A batch, constant once it is no longer the current one, and those who wait for it.
    struct Pending {
        ViewBatch batch;
        std::vector<Timer> waiting{};
    };

    Task<void> flush_later();
    Task<Result<void>> write(std::shared_ptr<Pending> pending);
    std::shared_ptr<Pending> next_to_write();
    void written(const Pending& pending);
    [[nodiscard]] std::size_t count_pending() const;

    db::Database& database_;
    Videos& videos_;
    const ViewCounterOptions options_;
    prometheus::Counter* counted_ = nullptr;
    prometheus::Counter* dropped_ = nullptr;
    mutable std::mutex mutex_;  ///< Of all below.
    std::unique_ptr<ViewJournal> journal_;
    std::shared_ptr<Pending> current_;
    std::deque<std::shared_ptr<Pending>> waiting_;  ///< For the database, the oldest first.
    std::string last_written_;                      ///< The id of a batch.
    bool scheduled_ = false;
    bool journal_fails_ = false;
};

}  // namespace reelshare::videos
