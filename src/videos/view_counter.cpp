#include "videos/view_counter.hpp"

#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace reelshare::videos {

namespace {

using Pair = std::pair<std::string, std::string>;
/// How many views one statement writes: few sizes, so that few statements are prepared.
constexpr std::array<std::size_t, 4> kChunks = {64, 16, 4, 1};

/// Notes `count` pairs of video and viewer and returns those whose window began anew. Videos that
/// were deleted meanwhile are passed over.
std::string upsert_sql(std::size_t count, std::chrono::milliseconds window) {
    std::string values;
    for (std::size_t i = 0; i < count; ++i)
        values += fmt::format("{}(${}, ${})", i == 0 ? "" : ", ", 2 * i + 1, 2 * i + 2);
    return fmt::format(
        "WITH seen (video_id, viewer) AS (VALUES {}) "
        "INSERT INTO views (video_id, viewer, last_at) "
        "SELECT videos.id, seen.viewer, now_ms() FROM seen JOIN videos ON videos.id = "
        "seen.video_id WHERE 1 = 1 "
        "ON CONFLICT (video_id, viewer) DO UPDATE SET last_at = excluded.last_at "
        "WHERE views.last_at <= excluded.last_at - {} RETURNING video_id, viewer",
        values, window.count()
    );
}

Task<Result<std::vector<Pair>>> upsert(
    db::Transaction& tx, const std::vector<Pair>& views, std::chrono::milliseconds window
) {
    std::vector<Pair> fresh;
    for (std::size_t at = 0; at < views.size();) {
        const std::size_t left = views.size() - at;
        const std::size_t count =
            *std::ranges::find_if(kChunks, [&](std::size_t n) { return n <= left; });
        db::Params params;
        for (std::size_t i = at; i < at + count; ++i) {
            params.emplace_back(views[i].first);
            params.emplace_back(views[i].second);
        }
        auto rows = co_await tx.query(upsert_sql(count, window), std::move(params));
        if (!rows) co_return std::unexpected(rows.error());
        for (const db::Row& row : *rows) fresh.emplace_back(row.text(0), row.text(1));
        at += count;
    }
    co_return fresh;
}

/// Adds the new views of each post to its count.
Task<Result<void>> add_to_counts(
    db::Transaction& tx, const std::map<std::string, std::int64_t>& views
) {
    for (const auto& [video_id, count] : views) {
        auto updated = co_await tx.query(
            "UPDATE videos SET view_count = view_count + $2 WHERE id = $1", {video_id, count}
        );
        if (!updated) co_return std::unexpected(updated.error());
    }
    co_return Result<void>();
}

}  // namespace

/// A batch on its way to the database. It goes back to the pending views where the write fails or
/// is given up in the middle; written twice, it counts once.
class ViewCounter::Taken {
  public:
    explicit Taken(ViewCounter& counter) : counter_(counter) {
        const std::lock_guard lock(counter_.mutex_);
        batch_.swap(counter_.pending_);
    }
    ~Taken() {
        if (!written_ && !batch_.empty()) counter_.put_back(std::move(batch_));
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    [[nodiscard]] const Batch& batch() const { return batch_; }
    void written() { written_ = true; }

  private:
    ViewCounter& counter_;
    Batch batch_;
    bool written_ = false;
};

ViewCounter::ViewCounter(
    db::Database& database, Videos& videos, Metrics& metrics, ViewCounterOptions options
)
    : database_(database), videos_(videos), options_(options) {
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

void ViewCounter::note(
    const asio::any_io_executor& executor,
    std::string video_id,
    std::string viewer,
    std::string alias
) {
    {
        const std::lock_guard lock(mutex_);
        if (pending_.size() >= options_.max_pending) {
            dropped_->Increment();
            return;
        }
        pending_.try_emplace({std::move(video_id), std::move(viewer)}, std::move(alias));
        if (scheduled_) return;
        scheduled_ = true;
    }
    spawn(executor, "views", [this] { return flush_later(); });
}

Task<void> ViewCounter::flush_later() {
    std::chrono::milliseconds delay = options_.delay;
    for (;;) {
        const bool awake = co_await sleep_for(delay);
        if (!awake) co_return;
        {
            // From here on a new view schedules its own write.
            const std::lock_guard lock(mutex_);
            scheduled_ = false;
        }
        const auto flushed = co_await flush();
        if (flushed) co_return;
        log::warn("views_not_written", {{"error", flushed.error().detail}, {"pending", pending()}});
        const std::lock_guard lock(mutex_);
        if (scheduled_) co_return;
        scheduled_ = true;
        delay = options_.retry;
    }
}

Task<Result<void>> ViewCounter::flush() {
    Taken taken(*this);
    if (taken.batch().empty()) co_return Result<void>();
    auto changed = co_await write(taken.batch());
    if (!changed) co_return std::unexpected(changed.error());
    taken.written();
    videos_.counts_changed(*changed);
    co_return Result<void>();
}

Task<Result<std::vector<std::string>>> ViewCounter::write(const Batch& batch) {
    using Counts = std::map<std::string, std::int64_t>;
    auto counts = co_await database_.transaction<Counts>(
        [&](db::Transaction& tx) -> Task<Result<Counts>> {
            // Who came back under the cookie just given is the same viewer.
            std::set<Pair> second_names;
            for (const auto& [key, alias] : batch)
                if (!alias.empty()) second_names.emplace(key.first, alias);
            std::vector<Pair> views;
            for (const auto& [key, alias] : batch)
                if (!second_names.contains(key)) views.push_back(key);
            auto fresh = co_await upsert(tx, views, options_.window);
            if (!fresh) co_return std::unexpected(fresh.error());
            Counts new_views;
            std::vector<Pair> aliases;
            for (const Pair& view : *fresh) {
                ++new_views[view.first];
                // Only beside a new view: a client that never keeps its cookie must not fill the
                // table.
                const std::string& alias = batch.at(view);
                if (!alias.empty()) aliases.emplace_back(view.first, alias);
            }
            auto named = co_await upsert(tx, aliases, options_.window);
            if (!named) co_return std::unexpected(named.error());
            auto added = co_await add_to_counts(tx, new_views);
            if (!added) co_return std::unexpected(added.error());
            co_return new_views;
        },
        db::Durability::relaxed
    );
    if (!counts) co_return std::unexpected(counts.error());
    std::vector<std::string> changed;
    for (const auto& [video_id, count] : *counts) {
        counted_->Increment(static_cast<double>(count));
        changed.push_back(video_id);
    }
    co_return changed;
}

void ViewCounter::put_back(Batch batch) {
    const std::lock_guard lock(mutex_);
    pending_.merge(batch);
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

std::size_t ViewCounter::pending() const {
    const std::lock_guard lock(mutex_);
    return pending_.size();
}

}  // namespace reelshare::videos
