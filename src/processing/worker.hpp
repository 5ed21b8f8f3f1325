#pragma once
// Takes jobs, has the media program do them, stores and publishes what it made.

#include "base/blocking_executor.hpp"
#include "base/metrics.hpp"
#include "media/job.hpp"
#include "media/walls.hpp"
#include "objects/file_descriptor.hpp"
#include "objects/store.hpp"
#include "processing/bans.hpp"
#include "processing/child_process.hpp"
#include "processing/publish.hpp"
#include "processing/queue.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::processing {

struct WorkerOptions {
    std::filesystem::path program;  ///< reelshare-media
    unsigned workers = 1;           ///< Jobs at once.
    std::filesystem::path scratch;  ///< One folder per job in here.
    media::Job limits;              ///< `thumbnail_at` is set per job.
    std::string owner;              ///< Names this process in leases.
    bool keep_source = true;        ///< False: it is removed once its clip is ready.
    SpanSink* spans = nullptr;      ///< Is told of sampled jobs; outlives the worker.
    /// The media program may take 20 times as long as its clip is, and this.
    std::chrono::seconds patience{60};
    std::vector<media::Wall> walls = media::walls();
};

class Worker {
  public:
    Worker(
        WorkerOptions options,
        db::Database& database,
        objects::Store& store,
        Publisher& publisher,
        Metrics& metrics,
        BlockingExecutor& executor
    );
    ~Worker();

    /// Starts the loops, on a strand of `executor`.
    void start(asio::any_io_executor executor);
    /// There is a new job. Thread-safe; without it a job is found within a second.
    void notify();
    /// For `Database::listen`: rings `notify`. May be called after the worker is gone.
    [[nodiscard]] std::function<void(std::string_view)> doorbell();
    /// Kills the children, gives the leases back and waits for the loops, at most 10 s. From a
    /// thread that runs no event loop, while the event loops still run.
    void stop();

  private:
    struct Bell;
    struct Meters;
    struct Outcome;
    struct Running;

    Task<void> loop();
    Task<void> wait_for_work();
    Task<void> work_on(Claim claim);
    Task<Outcome> attempt(Running& job);
    void tell_span(const Claim& claim, bool failed) const;
    Task<void> conclude(const Claim& claim, Outcome outcome);
    Task<void> give_up(const Claim& claim, std::string error, bool blame_file);
    Task<void> bury(const Claim& claim, std::string error);
    Task<Result<void>> make_folder(const std::filesystem::path& folder);
    Task<void> remove_folder(const std::filesystem::path& folder);

    /// Called often while a job is worked on: prolongs the lease when it is time. `conflict`: the
    /// job is no longer ours; `aborted`: we are stopping.
    Task<Result<void>> keep(Running& job);
    void tell_progress(Running& job, double fraction);

    /// Nothing where the bytes were not processed before.
    Task<std::optional<Outcome>> share(Running& job);
    Task<Result<void>> pass_time(
        Running& job, std::chrono::steady_clock::time_point until, std::chrono::milliseconds whole
    );
    /// Nothing where the clip may stay.
    Task<std::optional<Outcome>> refuse_banned(
        const Claim& claim, std::vector<media::PictureHash> looks
    );

    Task<Outcome> encode(Running& job);
    Task<Outcome> listen(Running& job, ChildProcess& child);
    Task<Result<objects::FileDescriptor>> local_source(Running& job, objects::Reader& reader);

    /// `early`: the clip becomes playable, and the job goes on.
    Task<Result<void>> deliver(Running& job, const media::Report& report, bool early);
    Task<Result<void>> store_outputs(
        Running& job, const media::Report& report, const std::string& prefix
    );
    Task<Result<void>> store_file(Running& job, std::string name, std::string key);
    Task<void> remove_outputs(std::string prefix);
    Task<void> remove_source(const Claim& claim);

    const WorkerOptions options_;
    db::Database& database_;
    objects::Store& store_;
    Publisher& publisher_;
    BlockingExecutor& executor_;
    JobQueue queue_;
    Bans bans_;
    std::unique_ptr<Meters> meters_;
    std::shared_ptr<Bell> bell_;
    asio::any_io_executor home_;
    std::list<std::shared_ptr<asio::steady_timer>> sleepers_;  ///< On the strand only.
    std::list<ChildProcess*> children_;                        ///< On the strand only.
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::condition_variable ended_;
    unsigned running_ = 0;  ///< Loops; under `mutex_`.
};

}  // namespace reelshare::processing
