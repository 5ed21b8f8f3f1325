#pragma once
// GET /media/<asset>/<version>/<file>: playlists, renditions and posters of published clips. A
// version is written once and never changed, so its files may be cached for ever.

#include "delivery/open_files.hpp"
#include "http/router.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace reelshare::delivery {

struct MediaFile {
    std::string key;  ///< In the object store.
    std::string_view content_type;
};

/// The object that a path means, or nothing for what is no path of ours. Nothing from a request
/// reaches the store unless it passed here.
[[nodiscard]] std::optional<MediaFile> media_file(
    std::string_view asset, std::string_view version, std::string_view file
);

/// `cross_site`: pages of other sites may embed the media too (a client that is hosted elsewhere).
void add_media_routes(http::Router& router, OpenFiles& files, bool cross_site);

}  // namespace reelshare::delivery
