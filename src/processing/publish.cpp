#include "processing/publish.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace reelshare::processing {

namespace {

namespace json = boost::json;

std::string topic_of(const std::string& asset_id) {
    return "asset:" + asset_id;
}

}  // namespace

struct Publisher::Ending {
    std::string status;     ///< Of the asset: ready or failed.
    std::string job_state;  ///< done or dead.
    std::string job_error;
    std::string update;  ///< The asset's UPDATE; $1 is its id.
    db::Params params;
};

Task<Result<void>> Publisher::publish(
    const Claim& claim, const media::Report& report, std::string media_prefix
) {
    Ending ending{
        .status = "ready",
        .job_state = "done",
        .job_error = "",
        .update =
            "UPDATE assets SET state = 'ready', duration = $2, width = $3, height = $4, "
            "placeholder = $5, metadata = $6, report = $7, media_prefix = $8, failure = NULL, "
            "failure_code = NULL, updated_at = now_ms() WHERE id = $1",
        .params =
            {claim.asset_id, report.duration, std::int64_t{report.width},
             std::int64_t{report.height}, report.placeholder, json::serialize(report.source),
             json::serialize(media::to_json(report)), std::move(media_prefix)}
    };
    auto ended = co_await end(claim, std::move(ending));
    co_return ended;
}

Task<Result<void>> Publisher::fail(
    const Claim& claim, std::string reason, std::string message, std::string detail
) {
    Ending ending{
        .status = "failed",
        .job_state = "dead",
        .job_error = detail.empty() ? reason : reason + ": " + detail,
        .update =
            "UPDATE assets SET state = 'failed', failure_code = $2, failure = $3, "
            "updated_at = now_ms() WHERE id = $1",
        .params = {claim.asset_id, reason, std::move(message)}
    };
    auto ended = co_await end(claim, std::move(ending));
    co_return ended;
}

Task<Result<void>> Publisher::end(const Claim& claim, Ending ending) {
    using Ids = std::vector<std::string>;
    auto ids = co_await database_.transaction<Ids>([&](db::Transaction& tx) -> Task<Result<Ids>> {
        auto job = co_await tx.query(
            "UPDATE jobs SET state = $3, error = $4, progress = 1, stage = 'ended', lease_until = "
            "NULL, "
            "finished_at = now_ms(), updated_at = now_ms() "
            "WHERE id = $1 AND fence = $2 AND state = 'running'",
            {claim.job_id, claim.fence, ending.job_state, ending.job_error}
        );
        if (!job) co_return std::unexpected(job.error());
        if (job->affected == 0)
            co_return reelshare::fail(Errc::conflict, "The job is no longer ours.");
        auto asset = co_await tx.query(ending.update, ending.params);
        if (!asset) co_return std::unexpected(asset.error());
        auto changed = co_await videos::refresh_listing(tx, claim.asset_id);
        co_return changed;
    });
    if (!ids) co_return std::unexpected(ids.error());
    videos_.changed(*ids);
    bus_.publish(
        topic_of(claim.asset_id),
        json::serialize(json::object{{"status", ending.status}, {"progress", 100}})
    );
    co_return Result<void>();
}

void Publisher::progress(const std::string& asset_id, double fraction) {
    const auto percent = std::min<std::int64_t>(99, static_cast<std::int64_t>(fraction * 100));
    bus_.publish(
        topic_of(asset_id),
        json::serialize(json::object{{"status", "processing"}, {"progress", percent}})
    );
}

}  // namespace reelshare::processing
