#include "accounts/person.hpp"

#include <fmt/format.h>

namespace reelshare::accounts {

boost::json::value avatar_url(
    std::string_view origin, std::string_view user_id, std::string_view version
) {
    if (version.empty()) return nullptr;
    const std::string url = fmt::format("{}/avatars/{}/{}-320.webp", origin, user_id, version);
    return boost::json::value(std::string_view(url));
}

boost::json::object person_json(
    std::string_view origin, std::string_view id, std::string_view name, std::string_view avatar
) {
    return {{"id", id}, {"name", name}, {"avatarUrl", avatar_url(origin, id, avatar)}};
}

}  // namespace reelshare::accounts
