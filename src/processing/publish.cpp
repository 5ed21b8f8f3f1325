#include "processing/publish.hpp"

#include "webhooks/outbox.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace reelshare::processing {

namespace {

namespace json = boost::json;

std::string topic_of(const std::string& asset_id) {
    return "asset:" + asset_id;
}

/// Other servers hear of the end of the work, for every post of the clip.
Task<Result<void>> record_for_webhooks(
    db::Transaction& tx, std::string asset_id, std::string status
) {
    if (status != "ready" && status != "failed") co_return Result<void>();
    auto posts = co_await tx.query(
        "SELECT id, uploader_id, title FROM videos WHERE asset_id = $1", {std::move(asset_id)}
    );
    if (!posts) co_return std::unexpected(posts.error());
    for (const db::Row& post : *posts) {
        auto told = co_await webhooks::record(
            tx, "video." + status,
            {{"videoId", post.text(0)}, {"uploaderId", post.text(1)}, {"title", post.text(2)}}
        );
        if (!told) co_return told;
    }
    co_return Result<void>();
}

}  // namespace

/// What becomes of a job and its asset, together.
struct Publisher::Change {
    std::string status;      ///< Of the asset, for those who listen.
    std::string job_update;  ///< The job's SET list; $1 is its id, $2 its fence.
    db::Params job_params;   ///< From $3.
    std::string update;      ///< The asset's UPDATE; $1 is its id.
    db::Params params;
    int percent = 100;
};

namespace {

constexpr const char* kJobEnds =
    "state = $3, error = $4, progress = 1, stage = 'ended', lease_until = NULL, finished_at = "
    "now_ms()";

/// The asset as the report says, in a state that can be played.
std::string show_sql(std::string_view state, std::string_view more = {}) {
    return fmt::format(
        "UPDATE assets SET state = '{}', duration = $2, width = $3, height = $4, placeholder = $5, "
        "metadata = $6, report = $7, media_prefix = $8, failure = NULL, failure_code = NULL, "
        "{}_ms = $9, {}updated_at = now_ms() WHERE id = $1",
        state, state, more
    );
}

/// What the work took, and what it gave: seconds of time and of CPU by stage, bits per second and
/// likeness by rendition.
json::object encoding_of(const media::Report& report) {
    json::object stages;
    for (const media::Stage& stage : report.stages)
        stages[stage.name] = {{"wall", stage.wall}, {"cpu", stage.cpu}};
    json::object renditions;
    for (const media::Rendition& rendition : report.renditions)
        renditions[rendition.name] = {
            {"bitRate", rendition.average_bandwidth}, {"ssim", rendition.ssim}
        };
    return {{"stages", std::move(stages)}, {"renditions", std::move(renditions)}};
}

/// What clients see of the source, and what was measured.
json::object metadata_of(const media::Report& report) {
    json::object metadata = report.source;
    if (const auto& loudness = report.loudness)
        metadata["loudness"] = {
            {"integrated", loudness->integrated},
            {"truePeak", loudness->true_peak},
            {"gain", loudness->gain}
        };
    if (!report.stages.empty()) metadata["encoding"] = encoding_of(report);
    return metadata;
}

db::Params show_params(const Claim& claim, const media::Report& report, std::string media_prefix) {
    return {
        claim.asset_id,
        report.duration,
        std::int64_t{report.width},
        std::int64_t{report.height},
        report.placeholder,
        json::serialize(metadata_of(report)),
        json::serialize(media::to_json(report)),
        std::move(media_prefix),
        std::int64_t{claim.took().count()}
    };
}

}  // namespace

Task<Result<void>> Publisher::publish(
    const Claim& claim, const media::Report& report, std::string media_prefix, bool keep_source
) {
    Change change{
        .status = "ready",
        .job_update = kJobEnds,
        .job_params = {"done", ""},
        .update = show_sql("ready", keep_source ? "" : "source_key = '', "),
        .params = show_params(claim, report, std::move(media_prefix))
    };
    auto done = co_await commit(claim, std::move(change));
    co_return done;
}

Task<Result<void>> Publisher::publish_early(
    const Claim& claim, const media::Report& report, std::string media_prefix
) {
    Change change{
        .status = "playable",
        .job_update = "stage = $3",
        .job_params = {"encoding"},
        .update = show_sql("playable"),
        .params = show_params(claim, report, std::move(media_prefix)),
        .percent = 0
    };
    auto done = co_await commit(claim, std::move(change));
    co_return done;
}

Task<Result<void>> Publisher::share(const Claim& claim, std::string twin_id) {
    using Ids = std::vector<std::string>;
    auto ids = co_await database_.transaction<Ids>([&](db::Transaction& tx) -> Task<Result<Ids>> {
        auto job = co_await tx.query(
            "UPDATE jobs SET updated_at = now_ms() WHERE id = $1 AND fence = $2 AND state = "
            "'running'",
            {claim.job_id, claim.fence}
        );
        if (!job) co_return std::unexpected(job.error());
        if (job->affected == 0)
            co_return reelshare::fail(Errc::conflict, "The job is no longer ours.");
        // Its row is held, so that it is not deleted in this moment.
        auto twin = co_await tx.query(
            "UPDATE assets SET updated_at = updated_at WHERE id = $1 AND state = 'ready'", {twin_id}
        );
        if (!twin) co_return std::unexpected(twin.error());
        if (twin->affected == 0) co_return reelshare::fail(Errc::not_found, "It is gone.");
        auto told = co_await record_for_webhooks(tx, claim.asset_id, "ready");
        if (!told) co_return std::unexpected(told.error());
        auto moved = co_await tx.query(
            "UPDATE videos SET asset_id = $2 WHERE asset_id = $1", {claim.asset_id, twin_id}
        );
        if (!moved) co_return std::unexpected(moved.error());
        // The job goes with it.
        auto gone = co_await tx.query("DELETE FROM assets WHERE id = $1", {claim.asset_id});
        if (!gone) co_return std::unexpected(gone.error());
        auto changed = co_await videos::refresh_listing(tx, twin_id);
        co_return changed;
    });
    if (!ids) co_return std::unexpected(ids.error());
    tell(claim.asset_id, *ids, "ready", 100);
    co_return Result<void>();
}

Task<Result<void>> Publisher::fail(
    const Claim& claim, std::string reason, std::string message, std::string detail
) {
    Change change{
        .status = "failed",
        .job_update = kJobEnds,
        .job_params = {"dead", detail.empty() ? reason : reason + ": " + detail},
        // What was published early goes too: a file that our decoder gave up on is not handed to
        // others.
        .update =
            "UPDATE assets SET state = 'failed', failure_code = $2, failure = $3, report = NULL, "
            "media_prefix = NULL, updated_at = now_ms() WHERE id = $1",
        .params = {claim.asset_id, reason, std::move(message)}
    };
    auto done = co_await commit(claim, std::move(change));
    co_return done;
}

Task<Result<void>> Publisher::commit(const Claim& claim, Change change) {
    using Ids = std::vector<std::string>;
    auto ids = co_await database_.transaction<Ids>([&](db::Transaction& tx) -> Task<Result<Ids>> {
        db::Params params{claim.job_id, claim.fence};
        std::ranges::copy(change.job_params, std::back_inserter(params));
        auto job = co_await tx.query(
            "UPDATE jobs SET " + change.job_update +
                ", updated_at = now_ms() WHERE id = $1 AND fence = $2 AND state = 'running'",
            std::move(params)
        );
        if (!job) co_return std::unexpected(job.error());
        if (job->affected == 0)
            co_return reelshare::fail(Errc::conflict, "The job is no longer ours.");
        auto asset = co_await tx.query(change.update, change.params);
        if (!asset) co_return std::unexpected(asset.error());
        auto told = co_await record_for_webhooks(tx, claim.asset_id, change.status);
        if (!told) co_return std::unexpected(told.error());
        auto changed = co_await videos::refresh_listing(tx, claim.asset_id);
        co_return changed;
    });
    if (!ids) co_return std::unexpected(ids.error());
    tell(claim.asset_id, *ids, change.status, change.percent);
    co_return Result<void>();
}

void Publisher::tell(
    const std::string& asset_id,
    const std::vector<std::string>& video_ids,
    std::string_view status,
    int percent
) {
    videos_.changed(video_ids);
    bus_.publish(
        topic_of(asset_id), json::serialize(json::object{{"status", status}, {"progress", percent}})
    );
}

void Publisher::progress(const std::string& asset_id, double fraction) {
    const auto percent = std::min<std::int64_t>(99, static_cast<std::int64_t>(fraction * 100));
    bus_.publish(
        topic_of(asset_id),
        json::serialize(json::object{{"status", "processing"}, {"progress", percent}})
    );
}

}  // namespace reelshare::processing
