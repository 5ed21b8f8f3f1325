#include "videos/view_counter.hpp"

#include "base/id.hpp"
#include "base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace reelshare::videos {

ViewCounter::ViewCounter(
    db::Database& database, Videos& videos, Metrics& metrics, ViewCounterOptions options
)
    : database_(database), videos_(videos), options_(std::move(options)) {
    metrics.sample("reelshare_views_pending", "Views noted and not written yet.", [this] {
        return static_cast<double>(pending());
    });
    const auto counter = [&](const char* name, const char* help) {
        return &prometheus::BuildCounter()
                    .Name(name)
                    .Help(help)
                    .Register(metrics.registry())
                    .Add({});
    };
    counted_ = counter("reelshare_views_counted_total", "Views that were new in their window.");
    dropped_ =
        counter("reelshare_views_dropped_total", "Views lost because too many were pending.");
}

Task<Result<void>> ViewCounter::recover() {
    if (options_.journal.empty()) co_return Result<void>();
    auto journal = ViewJournal::open(options_.journal);
    if (!journal) co_return std::unexpected(journal.error());
    std::size_t sights = 0;
    {
        const std::lock_guard lock(mutex_);
        for (ViewBatch& batch : (*journal)->left_over()) {
            sights += batch.sights.size();
            waiting_.push_back(std::make_shared<Pending>(Pending{std::move(batch)}));
        }
        journal_ = std::move(*journal);
    }
    auto flushed = co_await flush();
    if (!flushed) co_return flushed;
    if (sights > 0) log::info("views_recovered", {{"sights", sights}});
    // Of processes that died between their last commit and the next.
    constexpr std::int64_t kDayMs = 86'400'000;
    auto old = co_await database_.execute(
        "DELETE FROM view_batches WHERE applied_at < now_ms() - $1", {kDayMs}
    );
    if (!old) co_return std::unexpected(old.error());
    co_return Result<void>();
}

void ViewCounter::note(
    const asio::any_io_executor& executor, std::string video_id, std::string viewer, Sight sight
) {
    if (sight.at == 0) sight.at = now_ms();
    {
        const std::lock_guard lock(mutex_);
        if (count_pending() >= options_.max_pending) {
            dropped_->Increment();
            return;
        }
        if (!current_) current_ = std::make_shared<Pending>(Pending{{.id = new_id()}});
        const ViewBatch::Key key{std::move(video_id), std::move(viewer)};
        const auto [entry, added] = current_->batch.sights.try_emplace(key, sight);
        const bool news = added || entry->second.merge(sight);
        // A write of a line into the page cache: as long as one to the log, and no sync.
        if (news && journal_ && !journal_->note(current_->batch.id, key, entry->second)) {
            if (!std::exchange(journal_fails_, true)) log::warn("views_journal_not_written", {});
        }
        if (scheduled_) return;
        scheduled_ = true;
    }
    spawn(executor, "views", [this] { return flush_later(); });
}

Task<void> ViewCounter::settle() {
    const auto executor = co_await asio::this_coro::executor;
    Timer answered;
    {
        const std::lock_guard lock(mutex_);
        if (journal_) co_return;
        // What was just noted is in the newest batch or in one before it, which is written first.
        const auto newest = current_ ? current_ : waiting_.empty() ? nullptr : waiting_.back();
        if (!newest) co_return;
        answered = std::make_shared<asio::steady_timer>(executor, options_.patience);
        newest->waiting.push_back(answered);
    }
    // Cancelled by a post to this loop: not before the wait has begun.
    auto [ec] = co_await answered->async_wait(asio::as_tuple(asio::use_awaitable));
    (void)ec;
}

Task<void> ViewCounter::flush_later() {
    std::chrono::milliseconds delay = options_.delay;
    for (;;) {
        const bool awake = co_await sleep_for(delay);
        Result<void> flushed = fail(Errc::aborted, "The loop ends.");
        if (awake) flushed = co_await flush();
        const std::lock_guard lock(mutex_);
        if (!awake || (flushed && !current_)) {
            scheduled_ = false;
            co_return;
        }
        if (!flushed)
            log::warn(
                "views_not_written",
                {{"error", flushed.error().detail}, {"pending", count_pending()}}
            );
        delay = flushed ? options_.delay : options_.retry;
    }
}

std::shared_ptr<ViewCounter::Pending> ViewCounter::next_to_write() {
    const std::lock_guard lock(mutex_);
    if (current_) waiting_.push_back(std::exchange(current_, nullptr));
    return waiting_.empty() ? nullptr : waiting_.front();
}

Task<Result<void>> ViewCounter::flush() {
    for (;;) {
        const std::shared_ptr<Pending> pending = next_to_write();
        if (!pending) co_return Result<void>();
        auto done = co_await write(pending);
        if (!done) co_return done;
    }
}

Task<Result<void>> ViewCounter::write(std::shared_ptr<Pending> pending) {
    std::string previous;
    {
        const std::lock_guard lock(mutex_);
        if (last_written_ != pending->batch.id) previous = last_written_;
    }
    auto applied = co_await database_.transaction<AppliedBatch>(
        [&](db::Transaction& tx) -> Task<Result<AppliedBatch>> {
            return apply_batch(tx, pending->batch, previous, options_.window);
        },
        db::Durability::relaxed
    );
    if (!applied) co_return std::unexpected(applied.error());
    written(*pending);
    counted_->Increment(static_cast<double>(applied->new_views));
    videos_.counts_changed(applied->changed);
    co_return Result<void>();
}

void ViewCounter::written(const Pending& pending) {
    const std::lock_guard lock(mutex_);
    // Two flushes at once may have written the same batch, which counts once.
    std::erase_if(waiting_, [&](const auto& one) { return one.get() == &pending; });
    last_written_ = pending.batch.id;
    journal_fails_ = false;
    if (journal_) journal_->forget(pending.batch.id);
    for (const Timer& timer : pending.waiting)
        asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

void ViewCounter::stop() {
    asio::io_context context(1);
    spawn(context.get_executor(), "last_views", [this]() -> Task<void> {
        const auto flushed = co_await flush();
        if (!flushed)
            log::warn("views_lost", {{"error", flushed.error().detail}, {"views", pending()}});
    });
    context.run();
}

std::size_t ViewCounter::count_pending() const {
    std::size_t count = current_ ? current_->batch.sights.size() : 0;
    for (const auto& pending : waiting_) count += pending->batch.sights.size();
    return count;
}

std::size_t ViewCounter::pending() const {
    const std::lock_guard lock(mutex_);
    return count_pending();
}

std::vector<std::string> ViewCounter::pending_of(std::string_view viewer) const {
    std::vector<std::string> seen;
    const auto add = [&](const Pending& pending) {
        for (const auto& [key, sight] : pending.batch.sights)
            if (key.second == viewer || sight.alias == viewer) seen.push_back(key.first);
    };
    const std::lock_guard lock(mutex_);
    if (current_) add(*current_);
    for (const auto& pending : waiting_) add(*pending);
    return seen;
}

}  // namespace reelshare::videos
