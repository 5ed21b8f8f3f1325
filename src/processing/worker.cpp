#include "processing/worker.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "processing/running_job.hpp"
#include "processing/worker_meters.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <exception>

namespace reelshare::processing {

namespace {

constexpr std::chrono::seconds kPoll{1};
constexpr std::chrono::seconds kStopTime{10};
constexpr const char* kUserMessage = "This clip could not be processed. Please try another file.";

}  // namespace

/// What a listener holds of a worker that may go before it.
struct Worker::Bell {
    std::mutex mutex;
    Worker* worker;  ///< Under `mutex`.
};

Worker::Worker(
    WorkerOptions options,
    db::Database& database,
    objects::Store& store,
    Publisher& publisher,
    Metrics& metrics,
    BlockingExecutor& executor
)
    : options_(std::move(options)),
      database_(database),
      store_(store),
      publisher_(publisher),
      executor_(executor),
      queue_(database),
      bans_(database),
      meters_(std::make_unique<Meters>(metrics)),
      bell_(std::make_shared<Bell>()) {
    bell_->worker = this;
}

Worker::~Worker() {
    const std::lock_guard lock(bell_->mutex);
    bell_->worker = nullptr;
}

std::function<void(std::string_view)> Worker::doorbell() {
    return [bell = bell_](std::string_view) {
        const std::lock_guard lock(bell->mutex);
        if (bell->worker) bell->worker->notify();
    };
}

void Worker::start(asio::any_io_executor executor) {
    home_ = asio::make_strand(executor);
    meters_->media.note_walls(options_.walls);
    running_ = options_.workers;
    for (unsigned i = 0; i < options_.workers; ++i)
        spawn(home_, "worker", [this] { return loop(); });
}

void Worker::notify() {
    if (!home_ || stopping_) return;
    asio::post(home_, [this] {
        if (!sleepers_.empty()) sleepers_.front()->cancel();
    });
}

void Worker::stop() {
    if (!home_ || stopping_.exchange(true)) return;
    asio::post(home_, [this] {
        for (const auto& sleeper : sleepers_) sleeper->cancel();
        for (ChildProcess* child : children_) child->kill();
    });
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, kStopTime, [this] { return running_ == 0; }))
        log::warn("worker_left_behind", {{"loops", running_}});
}

Task<void> Worker::loop() {
    while (!stopping_) {
        try {
            auto claim = co_await queue_.claim(options_.owner);
            if (!claim) log::error("claim_failed", {{"detail", claim.error().detail}});
            if (claim && *claim) {
                co_await work_on(std::move(**claim));
                continue;
            }
        } catch (const std::exception& error) {
            // A bug must not end the loop: the lease runs out and the job is tried again, within
            // bounds.
            log::error("job_threw", {{"error", error.what()}});
        }
        co_await wait_for_work();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    ended_.notify_all();
}

Task<void> Worker::wait_for_work() {
    if (stopping_) co_return;
    auto timer = std::make_shared<asio::steady_timer>(home_, kPoll);
    const auto place = sleepers_.insert(sleepers_.end(), timer);
    const auto woken = co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    (void)woken;
    sleepers_.erase(place);
}

Task<void> Worker::work_on(Claim claim) {
    const auto start = std::chrono::steady_clock::now();
    meters_->waited.Observe(std::chrono::duration<double>(claim.waited).count());
    log::info(
        "job_started", {{"job", claim.job_id},
                        {"traceId", claim.trace.id},
                        {"asset", claim.asset_id},
                        {"attempt", claim.attempt},
                        {"fence", claim.fence},
                        {"waitMs", claim.waited.count()},
                        {"bytes", claim.source_size}}
    );
    if (claim.exhausted()) {
        co_await bury(claim, "its lease ran out too often");
        co_return;
    }
    Running job{
        .claim = claim,
        .folder = options_.scratch / (claim.job_id + '-' + std::to_string(claim.fence))
    };
    auto outcome = co_await attempt(job);
    job.enter("ended");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    tell_span(claim, outcome.kind != Outcome::Kind::done && outcome.kind != Outcome::Kind::refused);
    if (outcome.kind == Outcome::Kind::done) {
        meters_->count("done");
        meters_->speed.Observe(outcome.report.speed);
        if (job.encoded) meters_->media.observe(outcome.report);
        log::info(
            "job_done", {{"job", claim.job_id},
                         {"traceId", claim.trace.id},
                         {"asset", claim.asset_id},
                         {"ms", took.count() * 1000},
                         {"speed", outcome.report.speed},
                         {"renditions", outcome.report.renditions.size()}}
        );
    } else {
        co_await conclude(claim, std::move(outcome));
    }
    co_await remove_folder(job.folder);
    meters_->seconds.Observe(took.count());
}

void Worker::tell_span(const Claim& claim, bool failed) const {
    if (!claim.trace.sampled || !options_.spans) return;
    const std::int64_t end = now_ms() * 1'000'000;
    options_.spans->add(
        {.trace = claim.trace,
         .name = "process clip",
         .failed = failed,
         .start_ns = end - std::chrono::nanoseconds(claim.took()).count(),
         .end_ns = end,
         .attributes =
             {{"reelshare.job", claim.job_id},
              {"reelshare.asset", claim.asset_id},
              {"reelshare.attempt", std::to_string(claim.attempt)},
              {"reelshare.wait_ms", std::to_string(claim.waited.count())}}}
    );
}

Task<Worker::Outcome> Worker::attempt(Running& job) {
    auto banned = co_await refuse_banned(job.claim, {});
    if (banned) co_return *banned;
    auto shared = co_await share(job);
    if (shared) co_return *shared;
    auto made = co_await make_folder(job.outputs());
    if (!made) co_return Outcome::of(made.error());
    Outcome outcome = co_await encode(job);
    if (outcome.kind != Outcome::Kind::done) co_return outcome;
    auto seen_before = co_await refuse_banned(job.claim, outcome.report.hashes);
    if (seen_before) co_return *seen_before;
    auto delivered = co_await deliver(job, outcome.report, false);
    if (!delivered) co_return Outcome::of(delivered.error());
    co_return outcome;
}

Task<Result<void>> Worker::keep(Running& job) {
    if (stopping_) co_return fail(Errc::aborted, "The server is stopping.");
    if (Running::Clock::now() < job.next_beat) co_return Result<void>();
    job.next_beat = Running::Clock::now() + kHeartbeat;
    auto beaten = co_await queue_.heartbeat(job.claim, job.fraction, job.stage);
    // Any other error may pass before the lease runs out; and where it does, the fence holds.
    if (!beaten && beaten.error().code == Errc::conflict) co_return beaten;
    co_return Result<void>();
}

Task<void> Worker::conclude(const Claim& claim, Outcome outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::done:
            co_return;
        case Outcome::Kind::broken:
            co_await give_up(claim, outcome.message, true);
            co_return;
        case Outcome::Kind::failed:
            co_await give_up(claim, outcome.message, false);
            co_return;
        case Outcome::Kind::lost:
            meters_->count("lost");
            log::warn("job_lost", {{"job", claim.job_id}, {"fence", claim.fence}});
            co_return;
        case Outcome::Kind::stopped: {
            meters_->count("stopped");
            auto released = co_await queue_.release(claim);
            if (!released) log::warn("release_failed", {{"job", claim.job_id}});
            co_return;
        }
        case Outcome::Kind::refused: {
            auto failed = co_await publisher_.fail(claim, outcome.reason, outcome.message);
            if (!failed && failed.error().code != Errc::conflict) {
                co_await give_up(claim, failed.error().detail, false);
                co_return;
            }
            meters_->count("refused");
            log::info(
                "job_failed",
                {{"job", claim.job_id}, {"asset", claim.asset_id}, {"reason", outcome.reason}}
            );
            co_return;
        }
    }
}

Task<void> Worker::give_up(const Claim& claim, std::string error, bool blame_file) {
    auto again = co_await queue_.retry(claim, error.substr(0, 500), blame_file);
    if (!again) {
        // The lease runs out and the job is taken again.
        log::error("retry_failed", {{"job", claim.job_id}, {"detail", again.error().detail}});
        co_return;
    }
    if (!*again) {
        co_await bury(claim, std::move(error));
        co_return;
    }
    meters_->count("retried");
    log::warn(
        "job_retried", {{"job", claim.job_id},
                        {"asset", claim.asset_id},
                        {"attempt", claim.attempt},
                        {"blameFile", blame_file},
                        {"error", error.substr(0, 1000)}}
    );
}

Task<void> Worker::bury(const Claim& claim, std::string error) {
    auto failed =
        co_await publisher_.fail(claim, "processing_failed", kUserMessage, error.substr(0, 500));
    if (!failed) {
        log::warn("bury_failed", {{"job", claim.job_id}, {"detail", failed.error().detail}});
        co_return;
    }
    meters_->count("dead");
    log::warn(
        "job_failed", {{"job", claim.job_id},
                       {"asset", claim.asset_id},
                       {"reason", "processing_failed"},
                       {"error", error.substr(0, 1000)}}
    );
}

Task<Result<void>> Worker::make_folder(const std::filesystem::path& folder) {
    auto make = [&]() -> Result<void> {
        std::error_code ec;
        std::filesystem::create_directories(folder, ec);
        if (ec) return fail_unavailable("scratch: " + ec.message());
        return {};
    };
    auto made = co_await executor_.run(make);
    co_return made;
}

Task<void> Worker::remove_folder(const std::filesystem::path& folder) {
    auto clean = [&]() -> Result<void> {
        std::error_code ec;
        std::filesystem::remove_all(folder, ec);
        if (ec) return fail_unavailable(ec.message());
        return {};
    };
    auto cleaned = co_await executor_.run(clean);
    if (!cleaned)
        log::warn("scratch_left", {{"detail", cleaned.error().detail}});  // For the clean-up.
}

}  // namespace reelshare::processing
