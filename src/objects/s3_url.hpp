#pragma once
// How a bucket and its keys are addressed, and links that carry their own signature.

#include "base/clock.hpp"
#include "objects/s3.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare::objects {

/// The URL of a key ("": of the bucket), in path or virtual-host style. `query` sorted by name;
/// every name gets its equals sign, as what is signed has.
[[nodiscard]] std::string s3_url(
    const S3Options& options,
    std::string_view key,
    const std::vector<std::pair<std::string, std::string>>& query = {}
);

/// A URL that reads a key until `lifetime` is over, for anybody (Signature Version 4 in the query).
[[nodiscard]] std::string s3_presigned_get(
    const S3Options& options, std::string_view key, std::chrono::seconds lifetime, UnixMillis now
);

}  // namespace reelshare::objects
