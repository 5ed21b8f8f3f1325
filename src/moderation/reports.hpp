#pragma once
// What people report, once for each person and thing.

#include "audit/audit.hpp"
#include "db/database.hpp"

#include <cstdint>
#include <string>

namespace reelshare::moderation {

struct Report {
    std::string reporter_id;
    std::string kind;     ///< video, comment or user
    std::string subject;  ///< Its id.
    std::string reason;
};

/// The id of the report. `not_found`: no such thing that the reporter may see; `invalid`: it is
/// their own; `conflict`: their report of it is open already.
Task<Result<std::string>> add_report(db::Database& database, Report report);

/// {id, kind, subject, reason, state, reporter: {id, name}, target: {text, ownerId, videoId,
/// hidden} or null where it is gone, createdAt, resolvedAt}: those of a state ("open" or
/// "resolved"), newest first, before `before_id`.
Task<Result<audit::Page>> list_reports(
    db::Database& database, std::string state, std::string before_id, std::int64_t limit
);

/// Closes one about which nothing is to be done. `not_found`.
Task<Result<void>> resolve_report(db::Transaction& tx, std::string id);

}  // namespace reelshare::moderation
