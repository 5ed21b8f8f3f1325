#pragma once
// How a person is shown to others.

#include <boost/json/object.hpp>

#include <string_view>

namespace reelshare::accounts {

/// Of 320 pixels; the smaller one has 96 in its place. Null where there is none: `version` is
/// `users.avatar`.
[[nodiscard]] boost::json::value avatar_url(
    std::string_view origin, std::string_view user_id, std::string_view version
);

/// {id, name, avatarUrl}: never an e-mail address.
[[nodiscard]] boost::json::object person_json(
    std::string_view origin, std::string_view id, std::string_view name, std::string_view avatar
);

}  // namespace reelshare::accounts
