#include "processing/queue.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "db/dialect.hpp"

#include <algorithm>
#include <random>

namespace reelshare::processing {

namespace {

constexpr std::int64_t kLeaseMillis = std::chrono::milliseconds(kLease).count();
constexpr std::int64_t kLongestBackOffMillis = 60'000;

/// What may be taken: a queued job that is due, or a running one whose worker went silent. A time
/// that no back-off reaches was written by a clock that has been set back since.
constexpr const char* kDue =
    "((state = 'queued' AND (run_at <= now_ms() OR run_at > now_ms() + 120000)) OR "
    "(state = 'running' AND lease_until < now_ms()))";

/// 0.5 to 1 s before the second attempt, doubling up to a minute; the spread keeps many jobs of one
/// outage from coming back in step.
std::int64_t back_off_ms(int attempt) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    const std::int64_t full =
        std::min<std::int64_t>(kLongestBackOffMillis, 1'000LL << std::clamp(attempt - 1, 0, 6));
    return std::uniform_int_distribution<std::int64_t>(full / 2, full)(random);
}

/// Roughly: a phone's second of video is a megabyte and a half and takes a second.
std::int64_t expected_ms(std::uint64_t bytes) {
    constexpr std::uint64_t kBytesPerMs = 1'500;
    return static_cast<std::int64_t>(std::clamp<std::uint64_t>(bytes / kBytesPerMs, 200, 600'000));
}

}  // namespace

Task<Result<void>> enqueue(db::Transaction& tx, std::string asset_id, int priority, Turn turn) {
    // Start-time fair queueing: behind what the same uploader has waiting, and as far in the future
    // as the work is long. Whoever has nothing waiting begins at the present.
    auto behind = co_await tx.query(
        "SELECT COALESCE(MAX(j.due_order), 0) FROM jobs j JOIN videos v ON v.asset_id = j.asset_id "
        "WHERE v.uploader_id = $1 AND j.state IN ('queued', 'running')",
        {std::move(turn.uploader_id)}
    );
    if (!behind) co_return std::unexpected(behind.error());
    const std::int64_t due_order =
        std::max(now_ms(), behind->front().integer(0)) + expected_ms(turn.bytes);
    auto inserted = co_await tx.query(
        "INSERT INTO jobs (id, kind, asset_id, state, priority, due_order, trace, run_at, "
        "created_at, updated_at) VALUES ($1, 'process', $2, 'queued', $3, $4, $5, now_ms(), "
        "now_ms(), now_ms())",
        {new_id(), std::move(asset_id), std::int64_t{priority}, due_order, std::move(turn.trace)}
    );
    if (!inserted) co_return std::unexpected(inserted.error());
    auto told = co_await tx.notify(kJobsChannel);
    co_return told;
}

Task<Result<std::optional<Claim>>> JobQueue::claim(std::string owner) {
    // Asked first by a reader: an idle worker costs the writer nothing.
    auto due =
        co_await database_.query(std::string("SELECT 1 FROM jobs WHERE ") + kDue + " LIMIT 1");
    if (!due) co_return std::unexpected(due.error());
    if (due->empty()) co_return std::optional<Claim>();
    // The outer condition is judged again under the row's lock: of two workers one gets nothing. A
    // lease that ran out counts as our failure, not as an attempt at the file.
    auto claimed = co_await database_.execute(
        std::string(
            "UPDATE jobs SET state = 'running', fence = fence + 1, "
            "attempts = attempts + CASE WHEN state = 'running' THEN 0 ELSE 1 END, "
            "failures = failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END, "
            "lease_until = now_ms() + $2, lease_owner = $1, progress = 0, stage = 'started', "
            "updated_at = now_ms() WHERE id = (SELECT id FROM jobs WHERE "
        ) + kDue +
            " ORDER BY priority DESC, due_order, run_at, id LIMIT 1" +
            std::string(db::skip_locked(database_)) + ") AND " + kDue +
            " RETURNING id, asset_id, fence, attempts, max_attempts, failures, now_ms() - "
            "created_at, trace",
        {std::move(owner), kLeaseMillis}
    );
    if (!claimed) co_return std::unexpected(claimed.error());
    if (claimed->empty()) co_return std::optional<Claim>();  // Another worker was faster.
    const db::Row& job = claimed->front();
    Claim claim{
        .job_id = job.text(0),
        .asset_id = job.text(1),
        .source_key = {},
        .content_hash = {},
        .thumbnail_at = {}
    };
    claim.fence = job.integer(2);
    claim.attempt = static_cast<int>(job.integer(3));
    claim.max_attempts = static_cast<int>(job.integer(4));
    claim.failures = static_cast<int>(job.integer(5));
    claim.waited = std::chrono::milliseconds(std::max<std::int64_t>(0, job.integer(6)));
    if (auto trace = continue_trace(job.text(7))) claim.trace = std::move(*trace);
    auto described = co_await describe(claim);
    if (!described) co_return std::unexpected(described.error());
    co_return claim;
}

Task<Result<void>> JobQueue::describe(Claim& claim) {
    auto asset = co_await database_.query(
        "SELECT a.source_key, a.source_size, "
        "(SELECT v.thumbnail_at FROM videos v WHERE v.asset_id = a.id ORDER BY v.id LIMIT 1), "
        "a.content_hash FROM assets a WHERE a.id = $1",
        {claim.asset_id}
    );
    if (!asset) co_return std::unexpected(asset.error());
    // The asset was deleted in this moment, and the job with it.
    if (asset->empty()) co_return fail(Errc::not_found, "The clip is gone.");
    claim.source_key = asset->front().text(0);
    claim.source_size = static_cast<std::uint64_t>(asset->front().integer(1));
    claim.content_hash = asset->front().text(3);
    if (!asset->front().is_null(2)) claim.thumbnail_at = asset->front().real(2);
    co_return Result<void>();
}

Task<Result<void>> JobQueue::heartbeat(const Claim& claim, double progress, std::string stage) {
    auto beaten = co_await database_.execute(
        "UPDATE jobs SET lease_until = now_ms() + $3, progress = $4, stage = $5, updated_at = "
        "now_ms() "
        "WHERE id = $1 AND fence = $2 AND state = 'running'",
        {claim.job_id, claim.fence, kLeaseMillis, progress, std::move(stage)},
        db::Durability::relaxed
    );
    if (!beaten) co_return std::unexpected(beaten.error());
    if (beaten->affected == 0) co_return fail(Errc::conflict, "The job is no longer ours.");
    co_return Result<void>();
}

Task<Result<bool>> JobQueue::retry(const Claim& claim, std::string error, bool blame_file) {
    // An attempt that failed by our fault is given back, and counted apart.
    const std::int64_t ours = blame_file ? 0 : 1;
    const std::int64_t most = blame_file ? claim.max_attempts : kMaxFailures;
    const std::string counted = blame_file ? "attempts" : "failures";
    auto updated = co_await database_.execute(
        "UPDATE jobs SET state = 'queued', run_at = now_ms() + $3, lease_until = NULL, lease_owner "
        "= NULL, "
        "error = $4, attempts = attempts - $5, failures = failures + $5, updated_at = now_ms() "
        "WHERE id = $1 AND fence = $2 AND state = 'running' AND " +
            counted + " < $6",
        {claim.job_id, claim.fence, back_off_ms(blame_file ? claim.attempt : claim.failures + 1),
         std::move(error), ours, most}
    );
    if (!updated) co_return std::unexpected(updated.error());
    co_return updated->affected > 0;
}

Task<Result<void>> JobQueue::release(const Claim& claim) {
    auto released = co_await database_.execute(
        "UPDATE jobs SET state = 'queued', run_at = now_ms(), lease_until = NULL, lease_owner = "
        "NULL, "
        "attempts = attempts - 1, updated_at = now_ms() WHERE id = $1 AND fence = $2 AND state = "
        "'running'",
        {claim.job_id, claim.fence}
    );
    if (!released) co_return std::unexpected(released.error());
    co_return Result<void>();
}

Task<Result<std::int64_t>> JobQueue::requeue_all_running() {
    // The interrupted attempt counts as our failure: a clip that brings the whole server down is
    // given up in the end.
    auto requeued = co_await database_.execute(
        "UPDATE jobs SET state = 'queued', run_at = now_ms(), lease_until = NULL, lease_owner = "
        "NULL, "
        "attempts = attempts - 1, failures = failures + 1, updated_at = now_ms() WHERE state = "
        "'running'"
    );
    if (!requeued) co_return std::unexpected(requeued.error());
    co_return requeued->affected;
}

}  // namespace reelshare::processing
