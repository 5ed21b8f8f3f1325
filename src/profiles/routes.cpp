#include "profiles/routes.hpp"

#include "accounts/person.hpp"
#include "base/json.hpp"
#include "http/link_origin.hpp"
#include "profiles/handlers.hpp"
#include "videos/cached_answer.hpp"
#include "videos/forget_user.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace reelshare::profiles {

namespace {

constexpr std::size_t kMaxBio = 500;
constexpr std::size_t kMaxPassword = 256;

json::value text_or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

std::string origin_of(const ProfileParts& parts, const http::Request& request) {
    return http::link_origin(request, parts.videos.public_url());
}

/// What everybody may see; never an e-mail address.
json::object public_json(const Profile& profile, std::string_view origin) {
    return {
        {"id", profile.id},
        {"name", profile.name},
        {"bio", text_or_null(profile.bio)},
        {"avatarUrl", accounts::avatar_url(origin, profile.id, profile.avatar)},
        {"counts",
         {{"videos", profile.videos},
          {"followers", profile.followers},
          {"following", profile.following},
          {"likes", profile.likes}}},
        {"createdAt", rfc3339(profile.created_at)}
    };
}

json::object own_json(const Profile& profile, std::string_view origin) {
    json::object object = public_json(profile, origin);
    object["email"] = profile.email;
    object["contact"] = text_or_null(profile.contact);
    object["role"] = profile.role;
    object["updatedAt"] = rfc3339(profile.updated_at);
    return object;
}

Task<Result<http::Response>> own_answer(
    const ProfileParts& parts, const http::Request& request, std::string user_id, const char* words
) {
    auto profile = co_await parts.profiles.find(std::move(user_id), false);
    if (!profile) co_return std::unexpected(profile.error());
    http::Response response =
        http::success(200, words, own_json(*profile, origin_of(parts, request)));
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

/// Null takes away as "" does.
std::optional<std::string> read_clearable(
    FieldReader& read,
    const json::object& body,
    std::string_view name,
    const FieldReader::Text& rule
) {
    auto text = read.optional_text(name, rule);
    const json::value* given = body.if_contains(name);
    if (!text && given && given->is_null()) return std::string();
    return text;
}

Task<Result<http::Response>> show_me(const ProfileParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto answer =
        co_await own_answer(parts, request, viewer->user_id, "Profile retrieved successfully");
    co_return answer;
}

Task<Result<http::Response>> show_other(const ProfileParts& parts, http::Request& request) {
    auto profile = co_await parts.profiles.find(std::string(request.param("id")), true);
    if (!profile) co_return std::unexpected(profile.error());
    co_return http::success(
        200, "Profile retrieved successfully", public_json(*profile, origin_of(parts, request))
    );
}

Task<Result<http::Response>> change_me(const ProfileParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    ProfileChange change;
    change.name = read.optional_text("name", {.min = 3, .max = 40, .what = "Name"});
    change.contact = read_clearable(read, *body, "contact", {.max = 40, .what = "Contact"});
    change.bio = read_clearable(read, *body, "bio", {.max = kMaxBio, .what = "Bio"});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto changed = co_await parts.profiles.change(viewer->user_id, std::move(change));
    if (!changed) co_return std::unexpected(changed.error());
    auto answer =
        co_await own_answer(parts, request, viewer->user_id, "Profile updated successfully");
    co_return answer;
}

Task<Result<http::Response>> delete_me(const ProfileParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string password =
        read.text("password", {.min = 1, .max = kMaxPassword, .what = "Password", .trim = false});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto confirmed =
        co_await parts.accounts.confirm_password(*viewer, std::move(password), "password");
    if (!confirmed) co_return std::unexpected(confirmed.error());
    auto left_behind = co_await parts.profiles.remove(viewer->user_id);
    if (!left_behind) co_return std::unexpected(left_behind.error());
    parts.accounts.sessions_ended(viewer->user_id);
    const auto executor = co_await asio::this_coro::executor;
    spawn(
        executor, "remove_avatar",
        [&store = parts.store, user = viewer->user_id, avatar = left_behind->avatar] {
            return remove_avatar_files(store, user, avatar);
        }
    );
    for (const videos::Leftovers& left : left_behind->media) {
        parts.files.forget("media/" + left.asset_id + "/");
        spawn(executor, "remove_media", [&all = parts.videos, &store = parts.store, left] {
            return videos::remove_media(all, store, left);
        });
    }
    co_return http::success(200, "Account deleted successfully", nullptr);
}

}  // namespace

void add_profile_routes(http::Router& router, ProfileParts parts) {
    using http::Method;
    const auto add = [&](Method method, std::string path, auto handler,
                         http::RouteOptions options = {}) {
        router.add(
            method, std::move(path), http::handler([parts, handler](http::Request& request) {
                return handler(parts, request);
            }),
            options
        );
    };
    add(Method::get, "/api/v1/user/me", show_me);
    add(Method::patch, "/api/v1/user/me", change_me);
    add(Method::delete_, "/api/v1/user/me", delete_me);
    add(Method::put, "/api/v1/user/me/avatar", put_avatar, {.max_body = AvatarMaker::kMaxBytes});
    add(Method::delete_, "/api/v1/user/me/avatar", delete_avatar);
    add(Method::get, "/api/v1/user/:id", show_other);
    add(Method::get, "/avatars/:user/:file", serve_avatar);
}

}  // namespace reelshare::profiles
