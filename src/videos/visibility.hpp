#pragma once
// Who may see a post: the one rule, as SQL, for posts and for all that hangs on them.

#include <string>
#include <string_view>

namespace reelshare::videos {

/// A condition on `v` (videos): no moderator has taken it from everybody, by itself or with all of
/// its uploader's.
inline constexpr std::string_view kShown = "v.hidden = 0 AND v.uploader_banned = 0";

/// A condition on `v` (videos) joined with `a` (assets): whether the user whose id is the parameter
/// `viewer`, say "$2", may see the post; "" is a guest.
[[nodiscard]] std::string may_see(std::string_view viewer);

/// The same for a moderator, beyond what `may_see` allows them: what is public, what was taken from
/// everybody, and of what is private only that which somebody has reported.
[[nodiscard]] std::string may_judge();

}  // namespace reelshare::videos
