#pragma once
// The XML that S3 speaks, in both directions. What comes in is bounded by the size of an answer; no
// document type, no entity of its own is followed.

#include "objects/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::objects {

/// The `Code` of an error document, also of one that came with status 200; "" where there is none.
[[nodiscard]] std::string s3_error_code(std::string_view xml);

/// One page of a list, keys without `prefix`. `unavailable` where it is no such document.
struct S3Page {
    std::vector<ObjectInfo> objects;
    bool more = false;
};
[[nodiscard]] Result<S3Page> read_s3_page(std::string_view xml, std::string_view prefix);

[[nodiscard]] Result<std::string> read_upload_id(std::string_view xml);

/// The ETag of a part that was made of another object.
[[nodiscard]] Result<std::string> read_copied(std::string_view xml);

/// A multipart upload that is neither complete nor aborted.
struct S3Upload {
    std::string key;  ///< Without `prefix`.
    std::string id;
    UnixMillis begun = 0;
};
[[nodiscard]] Result<std::vector<S3Upload>> read_uploads(
    std::string_view xml, std::string_view prefix
);

/// The first key that a batch did not remove, with why; "" where all are gone.
[[nodiscard]] Result<std::string> read_not_removed(std::string_view xml);

[[nodiscard]] std::string write_complete(const std::vector<std::string>& etags);
/// Keys as they are: whole, prefix included.
[[nodiscard]] std::string write_remove(const std::vector<std::string>& keys);

}  // namespace reelshare::objects
