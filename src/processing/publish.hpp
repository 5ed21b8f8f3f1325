#pragma once
// The end of a job: one transaction that demands the job's fence, so that it happens once.

#include "cache/bus.hpp"
#include "db/database.hpp"
#include "media/job.hpp"
#include "processing/queue.hpp"
#include "videos/videos.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::processing {

class Publisher {
  public:
    Publisher(db::Database& database, videos::Videos& videos, cache::Bus& bus)
        : database_(database), videos_(videos), bus_(bus) {}

    /// Makes the asset ready and its posts visible. `conflict`: the job is no longer ours, nothing
    /// happened. Without `keep_source` the asset forgets where its source is, which then belongs to
    /// nothing.
    Task<Result<void>> publish(
        const Claim& claim,
        const media::Report& report,
        std::string media_prefix,
        bool keep_source = true
    );
    /// Makes the asset playable while the job goes on. Errors as above.
    Task<Result<void>> publish_early(
        const Claim& claim, const media::Report& report, std::string media_prefix
    );
    /// Ends the job by giving its posts the asset of another that has the same bytes; its own goes.
    /// `not_found`: that one is no longer there, nothing happened. Else as above.
    Task<Result<void>> share(const Claim& claim, std::string twin_id);
    /// Ends the job for good: the uploader is shown `message`; `detail` is kept with the job, for
    /// operators.
    Task<Result<void>> fail(
        const Claim& claim, std::string reason, std::string message, std::string detail = {}
    );

    /// Tells listeners of the asset how far it is (0 to 1). 100 % is said by `publish` alone.
    void progress(const std::string& asset_id, double fraction);

  private:
    struct Change;
    Task<Result<void>> commit(const Claim& claim, Change change);
    void tell(
        const std::string& asset_id,
        const std::vector<std::string>& video_ids,
        std::string_view status,
        int percent
    );

    db::Database& database_;
    videos::Videos& videos_;
    cache::Bus& bus_;
};

}  // namespace reelshare::processing
