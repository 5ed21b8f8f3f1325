#include "videos/visibility.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

std::string may_see(std::string_view viewer) {
    // What is private, cannot be played yet, or never will be, its owner alone knows of.
    return fmt::format(
        "(v.uploader_id = {} OR (a.state IN ('playable', 'ready') AND v.visibility <> 'private'))",
        viewer
    );
}

}  // namespace reelshare::videos
