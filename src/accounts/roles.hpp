#pragma once
// What a user may do beyond their own things. Each role may do all that the ones before it may.

#include <cstdint>
#include <optional>
#include <string_view>

namespace reelshare::accounts {

enum class Role : std::uint8_t {
    user,
    moderator,  ///< Hides, restores and deletes what others made; suspends users.
    admin,      ///< Also gives and takes roles.
};

/// As the database and the contract write it: "user", "moderator", "admin".
[[nodiscard]] constexpr std::string_view role_name(Role role) {
    switch (role) {
        case Role::moderator:
            return "moderator";
        case Role::admin:
            return "admin";
        case Role::user:
            break;
    }
    return "user";
}

[[nodiscard]] constexpr std::optional<Role> parse_role(std::string_view name) {
    for (const Role role : {Role::user, Role::moderator, Role::admin})
        if (role_name(role) == name) return role;
    return std::nullopt;
}

}  // namespace reelshare::accounts
