#pragma once
// Who may see a post: the one rule, as SQL, for posts and for all that hangs on them.

#include <string>
#include <string_view>

namespace reelshare::videos {

/// A condition on `v` (videos) joined with `a` (assets): whether the user whose id is the parameter
/// `viewer`, say "$2", may see the post; "" is a guest.
[[nodiscard]] std::string may_see(std::string_view viewer);

}  // namespace reelshare::videos
