#include "accounts/blocking.hpp"

#include <fmt/format.h>

namespace reelshare::accounts {

std::string has_blocked(std::string_view blocker, std::string_view blocked) {
    return fmt::format(
        "EXISTS (SELECT 1 FROM blocks WHERE blocks.blocker_id = {} AND blocks.blocked_id = {})",
        blocker, blocked
    );
}

std::string has_muted(std::string_view muter, std::string_view muted) {
    return fmt::format(
        "EXISTS (SELECT 1 FROM mutes WHERE mutes.muter_id = {} AND mutes.muted_id = {})", muter,
        muted
    );
}

std::string kept_apart(std::string_view viewer, std::string_view other) {
    return fmt::format(
        "({} OR {} OR {})", has_blocked(viewer, other), has_blocked(other, viewer),
        has_muted(viewer, other)
    );
}

std::unexpected<Error> refused_by_block() {
    return std::unexpected(Error{
        .code = Errc::forbidden, .message = "This person does not want that.", .word = "blocked"
    });
}

}  // namespace reelshare::accounts
