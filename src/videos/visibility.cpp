#include "videos/visibility.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

std::string may_see(std::string_view viewer) {
    // What is private, cannot be played yet, or never will be, its owner alone knows of.
    return fmt::format(
        "({} AND (v.uploader_id = {} OR (a.state IN ('playable', 'ready') AND v.visibility <> "
        "'private')))",
        kShown, viewer
    );
}

std::string may_judge() {
    return fmt::format(
        "(NOT ({}) OR (a.state IN ('playable', 'ready') AND v.visibility <> 'private') OR "
        "EXISTS (SELECT 1 FROM reports r WHERE r.kind = 'video' AND r.subject = v.id))",
        kShown
    );
}

}  // namespace reelshare::videos
