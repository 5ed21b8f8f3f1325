#pragma once
// An unfinished object in a bucket: whole parts and a tail, each an object of its own, of which
// `publish` makes one by copies inside of the service.
//
// Why not one multipart upload that stays open: its parts can be overwritten by whoever was only
// slow, and what was completed cannot be gone on with. Here nothing is overwritten, the mark alone
// says what counts, and a visit that brings a small clip whole costs one request.

#include "objects/s3_client.hpp"

#include <memory>
#include <string>

namespace reelshare::objects {

/// Opens the unfinished object of `key` behind `mark`. Holds at most two parts in memory, one on
/// its way and one being filled. Used by one coroutine at a time.
Task<Result<std::unique_ptr<Appender>>> resume_in_s3(
    std::shared_ptr<S3Client> client, std::string key, Mark mark
);

}  // namespace reelshare::objects
