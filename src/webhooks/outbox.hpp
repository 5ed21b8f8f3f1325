#pragma once
// Events for other servers. They are written in the transaction of what happened, so that there is
// no event without it and it is not without its event, and sent by `Sender` afterwards.
//
//     auto told = co_await webhooks::record(tx, "video.deleted", {{"videoId", id}});

#include "db/database.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace reelshare::webhooks {

/// One delivery for each target; none where there is no target.
Task<Result<void>> record(db::Transaction& tx, std::string event, boost::json::object data);

/// Replaces the targets, at the start. What waits for an old one is still sent to it.
Task<Result<void>> set_targets(db::Database& database, std::vector<std::string> urls);

}  // namespace reelshare::webhooks
