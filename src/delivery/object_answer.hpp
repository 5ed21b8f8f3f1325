#pragma once
// One stored object as the answer to a request: whole or by range, conditional, from its descriptor
// where it has one.

#include "delivery/open_files.hpp"
#include "delivery/part_cache.hpp"
#include "http/message.hpp"

#include <string>

namespace reelshare::delivery {

/// What is asked for, as the caller has found it to be allowed.
struct AskedObject {
    std::string key;
    std::string content_type;
    std::string cache_control;
    bool cross_site = false;  ///< Pages of other sites may embed it.
};

/// `not_found` where there is no such object. Nothing in it is ever run by a browser.
Task<Result<http::Response>> answer_object(
    OpenFiles& files, PartCache& parts, const http::Request& request, AskedObject asked
);

}  // namespace reelshare::delivery
