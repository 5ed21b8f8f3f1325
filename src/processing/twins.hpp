#pragma once
// Bytes that were processed before: a post of the same file shares the asset of the first one.

#include "db/database.hpp"
#include "media/report.hpp"
#include "processing/queue.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace reelshare::processing {

struct Twin {
    std::string asset_id;
    std::string media_prefix;
    media::Report report;
    std::chrono::milliseconds playable{};  ///< How long it took then; 0: not before it was ready.
    std::chrono::milliseconds ready{};
};

/// A ready asset of the same bytes whose poster was asked for at the same moment. Only one that
/// somebody else may see too: a private clip leaves no trace.
Task<Result<std::optional<Twin>>> find_twin(db::Database& database, Claim claim);

}  // namespace reelshare::processing
