#pragma once
// Objects in a bucket of an S3 service (AWS, MinIO, Ceph and others).

#include "base/metrics.hpp"
#include "objects/store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace reelshare::objects {

struct S3Options {
    std::string bucket;    ///< Exists already.
    std::string prefix;    ///< In front of every key: "" or with its slash at the end.
    std::string endpoint;  ///< "https://host[:port]"
    std::string region = "us-east-1";
    std::string access_key;
    std::string secret_key;
    bool path_style = false;  ///< https://host/bucket/key rather than https://bucket.host/key
    /// A request for a few bytes, and until a call gives up, repeats and pauses included.
    std::chrono::milliseconds timeout{6'000};
    std::chrono::milliseconds patience{10'000};
    /// The same for a part of 8 MiB.
    std::chrono::milliseconds part_timeout{60'000};
    std::chrono::milliseconds part_patience{120'000};
};

/// Options from "bucket" or "bucket/prefix"; `invalid` where that is no name of a bucket.
[[nodiscard]] Result<S3Options> s3_location(std::string_view bucket_and_prefix);

/// Asks nothing yet: whether the service answers shows in `free_bytes`.
///
/// An upload holds at most two parts of 8 MiB in memory, one on its way and one being filled; what
/// is smaller goes in one request. Every body is sent with its SHA-256 and MD5, and the ETag that
/// comes back is compared. Answers of 500, 502, 503, 504, 429 and broken connections are tried
/// again with a growing pause, within a budget.
[[nodiscard]] std::unique_ptr<Store> open_s3(S3Options options, Metrics& metrics);

}  // namespace reelshare::objects
