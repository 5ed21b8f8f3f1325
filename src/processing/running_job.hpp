#pragma once

#include "base/log.hpp"
#include "media/job.hpp"
#include "processing/worker.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace reelshare::processing {

/// How one attempt at a job ended.
struct Worker::Outcome {
    enum class Kind : std::uint8_t {
        done,     ///< `report` says what was made.
        refused,  ///< The clip cannot be used: `reason` and `message`.
        broken,   ///< The program crashed, hung or talked rubbish: perhaps the file's fault.
        failed,   ///< Our own fault: storage, database.
        lost,     ///< The job is no longer ours.
        stopped,  ///< We are stopping.
    };
    Kind kind = Kind::broken;
    media::Report report{};
    std::string reason{};
    std::string message{};

    static Outcome of(const Error& error) {
        const std::string why = error.detail.empty() ? error.message : error.detail;
        const Kind kind = error.code == Errc::conflict  ? Kind::lost
                          : error.code == Errc::aborted ? Kind::stopped
                          : error.code == Errc::invalid ? Kind::broken
                                                        : Kind::failed;
        return {.kind = kind, .message = why};
    }
    static Outcome broken(std::string why) {
        return {.kind = Kind::broken, .message = std::move(why)};
    }
};

/// A job that is being worked on.
struct Worker::Running {
    using Clock = std::chrono::steady_clock;

    const Claim& claim;
    std::filesystem::path folder;
    std::string stage = "preparing";
    double fraction = 0;  ///< Done so far.
    bool playable = false;
    bool encoded = false;  ///< By the media program, and not shared.
    Clock::time_point began = Clock::now();
    Clock::time_point stage_began = began;
    Clock::time_point next_beat = Clock::now() + kHeartbeat;
    Clock::time_point next_news = Clock::now();  ///< Listeners are told a few times a second.

    /// Ends a stage with its line in the log, and begins the next.
    void enter(std::string next) {
        const auto now = Clock::now();
        const std::chrono::duration<double, std::milli> took = now - stage_began;
        log::info(
            "job_stage", {{"job", claim.job_id},
                          {"traceId", claim.trace.id},
                          {"asset", claim.asset_id},
                          {"attempt", claim.attempt},
                          {"stage", stage},
                          {"ms", took.count()}}
        );
        stage = std::move(next);
        stage_began = now;
    }

    /// Where the program writes; it sees nothing else of the folder.
    [[nodiscard]] std::filesystem::path outputs() const { return folder / "out"; }
};

}  // namespace reelshare::processing
