#pragma once
// Blocks between people, as conditions for the statements of the features that respect them.

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace reelshare::accounts {

/// Whether `blocker` has blocked `blocked`; both are columns or parameters. A guest's "" is never
/// in the table.
[[nodiscard]] std::string has_blocked(std::string_view blocker, std::string_view blocked);
/// The same, for those whom `muter` does not want to hear of.
[[nodiscard]] std::string has_muted(std::string_view muter, std::string_view muted);

/// Whether lists made for `viewer` leave out what `other` posts: one has blocked the other, or the
/// viewer has muted them.
[[nodiscard]] std::string kept_apart(std::string_view viewer, std::string_view other);

/// What begins the tag under which nodes keep whether there is anybody whom lists for a user leave
/// out; the user's id follows.
inline constexpr std::string_view kWallsTag = "walls:";

/// What somebody hears who is blocked: `forbidden`.
[[nodiscard]] std::unexpected<Error> refused_by_block();

}  // namespace reelshare::accounts
