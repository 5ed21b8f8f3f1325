#pragma once
// The job queue in the database: leases with a fence, heartbeats, back-off, a dead state with a
// reason. A lease is judged by the database's clock. Outputs of an attempt go to keys that hold its
// fence, and heartbeat and publish must match it, so that a worker that was only asleep cannot
// publish.

#include "base/task.hpp"
#include "base/trace.hpp"
#include "db/database.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace reelshare::processing {

inline constexpr std::chrono::seconds kLease{30};
inline constexpr std::chrono::seconds kHeartbeat{10};
/// A failure of ours (database, disk, a lost lease) is not the file's fault, but must not go on for
/// ever.
inline constexpr int kMaxFailures = 20;

/// Workers of all processes listen to it: there is a new job.
inline constexpr const char* kJobsChannel = "reelshare_jobs";

/// A job that this worker holds.
struct Claim {
    std::string job_id;
    std::string asset_id;
    std::string source_key;
    std::uint64_t source_size = 0;
    std::string content_hash{};  ///< SHA-256 of the source.
    std::optional<double> thumbnail_at;
    std::int64_t fence = 0;
    int attempt = 1;  ///< 1 for the first.
    int max_attempts = 3;
    int failures = 0;  ///< Attempts that ended by our own fault, leases that ran out among them.
    Trace trace{};     ///< Goes on with that of the upload; empty where it had none.
    std::chrono::milliseconds waited{};  ///< From the upload to this claim.
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

    [[nodiscard]] std::chrono::milliseconds took() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began
        );
    }
    /// Its lease ran out too often: whatever does that to us must be ended, not tried once more.
    [[nodiscard]] bool exhausted() const { return failures > kMaxFailures; }
};

/// What decides whose turn it is: every uploader gets an equal share of the time, and within it
/// short jobs come first.
struct Turn {
    std::string uploader_id;
    std::uint64_t bytes = 0;
    std::string trace{};  ///< A traceparent, not part of the decision: the job goes on with it.
};

/// Adds the job of a new asset and wakes the workers. Part of the upload's transaction.
Task<Result<void>> enqueue(
    db::Transaction& tx, std::string asset_id, int priority = 0, Turn turn = {}
);

class JobQueue {
  public:
    explicit JobQueue(db::Database& database) : database_(database) {}

    /// Takes the next job that is due, or one whose lease ran out; nothing where there is none. The
    /// caller fails a claim that is `exhausted`.
    Task<Result<std::optional<Claim>>> claim(std::string owner);
    /// Prolongs the lease and notes the progress (0 to 1). `conflict`: the job is no longer ours;
    /// stop.
    Task<Result<void>> heartbeat(const Claim& claim, double progress, std::string stage);
    /// Gives it back for another attempt after a back-off. False: the attempts are used up (or the
    /// job is no longer ours) and it must be failed. What is not the file's fault (`blame_file`
    /// false) does not use up an attempt, but is bounded too.
    Task<Result<bool>> retry(const Claim& claim, std::string error, bool blame_file);
    /// Gives it back at once: the worker is stopping.
    Task<Result<void>> release(const Claim& claim);
    /// Every running job back into the queue. Only for an installation of one process, at its
    /// start: whoever held a lease is dead.
    Task<Result<std::int64_t>> requeue_all_running();

  private:
    /// Fills in what the asset says.
    Task<Result<void>> describe(Claim& claim);

    db::Database& database_;
};

}  // namespace reelshare::processing
