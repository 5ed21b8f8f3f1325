#pragma once
// An object on its way into a bucket.

#include "objects/s3_client.hpp"

#include <memory>
#include <string>

namespace reelshare::objects {

/// Up to one part goes in one request at the commit. What is larger goes as a multipart upload
/// while it arrives: one part is on its way while the next is filled. `client` is shared with the
/// parts under way. Used by one coroutine at a time.
[[nodiscard]] std::unique_ptr<Writer> make_s3_writer(
    std::shared_ptr<S3Client> client, std::string key
);

}  // namespace reelshare::objects
