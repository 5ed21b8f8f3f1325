#pragma once
// GET /media/<asset>/<version>/<file>: playlists, renditions and posters of published clips. A
// version is written once and never changed, so its files may be cached for ever.
//
// GET /media/<asset>/<signature>/<version>/<file>: the same for who was given a signed path, also
// of clips that are not for everybody.

#include "base/task.hpp"
#include "delivery/open_files.hpp"
#include "delivery/part_cache.hpp"
#include "delivery/signed_path.hpp"
#include "http/router.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::delivery {

/// Who may fetch the media of an asset.
enum class MediaAccess : std::uint8_t {
    everybody,
    signed_paths,  ///< Who was given a signed path.
    nobody,        ///< But moderators, by paths signed for them.
};

struct MediaFile {
    std::string key;  ///< In the object store.
    std::string_view content_type;
};

/// The object that a path means, or nothing for what is no path of ours. Nothing from a request
/// reaches the store unless it passed here.
[[nodiscard]] std::optional<MediaFile> media_file(
    std::string_view asset, std::string_view version, std::string_view file
);

/// What the handlers work with; what it refers to outlives the server.
struct MediaParts {
    OpenFiles& files;
    PartCache& parts;  ///< Of files that lie somewhere else.
    const PathSigner& signer;
    /// Asked for every path but those signed for moderators.
    std::function<Task<Result<MediaAccess>>(std::string asset)> access;
    /// Pages of other sites may embed the media too (a client that is hosted elsewhere).
    bool cross_site = false;
};

void add_media_routes(http::Router& router, MediaParts parts);

}  // namespace reelshare::delivery
