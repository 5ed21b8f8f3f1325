// Pictures of people over HTTP. A version is written once and never changed, so it may be cached
// for ever.

#include "accounts/person.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "delivery/object_answer.hpp"
#include "http/link_origin.hpp"
#include "media/avatar_files.hpp"
#include "processing/lost_avatars.hpp"
#include "profiles/handlers.hpp"

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <utility>

namespace reelshare::profiles {

namespace {

using media::kAvatarSizes;
using processing::avatar_key;

/// The version in "<version>-<size>.webp", or "" for what is no file of ours.
std::string_view version_of(std::string_view file) {
    for (const int size : kAvatarSizes) {
        const std::string end = '-' + media::avatar_file(size);
        if (!file.ends_with(end)) continue;
        file.remove_suffix(end.size());
        return is_id(file) ? file : std::string_view();
    }
    return {};
}

/// Gives the user this version and takes the one before out of the store.
Task<Result<void>> replace(const ProfileParts& parts, std::string user_id, std::string version) {
    auto before = co_await parts.profiles.set_avatar(user_id, std::move(version));
    if (!before) co_return std::unexpected(before.error());
    const auto executor = co_await asio::this_coro::executor;
    spawn(executor, "remove_avatar", [&store = parts.store, user_id, old = *before] {
        return remove_avatar_files(store, user_id, old);
    });
    co_return Result<void>();
}

}  // namespace

Task<void> remove_avatar_files(objects::Store& store, std::string user_id, std::string version) {
    if (version.empty()) co_return;
    for (const int size : kAvatarSizes) {
        auto removed = co_await store.remove(avatar_key(user_id, version, size));
        if (!removed) log::warn("avatar_not_removed", {{"error", removed.error().detail}});
    }
}

Task<Result<http::Response>> put_avatar(const ProfileParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto place = parts.avatars.take_place(viewer->user_id);
    if (!place) co_return std::unexpected(place.error());
    auto image = co_await request.body->read_all(AvatarMaker::kMaxBytes);
    if (!image) co_return std::unexpected(image.error());
    auto avatar = co_await parts.avatars.make(std::move(*image));
    if (!avatar) co_return std::unexpected(avatar.error());
    const std::string version = new_id();
    for (const int size : kAvatarSizes) {
        auto stored = co_await parts.store.put(
            avatar_key(viewer->user_id, version, size),
            size == media::kSmallAvatar ? avatar->small : avatar->large
        );
        if (!stored) co_return std::unexpected(stored.error());
    }
    auto replaced = co_await replace(parts, viewer->user_id, version);
    if (!replaced) co_return std::unexpected(replaced.error());
    const std::string origin = http::link_origin(request, parts.videos.public_url());
    co_return http::success(
        200, "Avatar updated successfully",
        boost::json::object{{"avatarUrl", accounts::avatar_url(origin, viewer->user_id, version)}}
    );
}

Task<Result<http::Response>> delete_avatar(const ProfileParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto replaced = co_await replace(parts, viewer->user_id, {});
    if (!replaced) co_return std::unexpected(replaced.error());
    co_return http::success(200, "Avatar removed successfully", nullptr);
}

Task<Result<http::Response>> serve_avatar(const ProfileParts& parts, http::Request& request) {
    std::string user(request.param("user"));
    const std::string_view file = request.param("file");
    const std::string_view version = version_of(file);
    if (!is_id(user) || version.empty()) co_return fail(Errc::not_found, "Not Found");
    // One that was replaced, or of a banned user, is gone though its file may still be there.
    auto shown = co_await parts.profiles.shown_avatar(user);
    if (!shown) co_return std::unexpected(shown.error());
    if (*shown != version) co_return fail(Errc::not_found, "Not Found");
    auto answered = co_await delivery::answer_object(
        parts.files, parts.parts, request,
        {.key = fmt::format("avatars/{}/{}", user, file),
         .content_type = "image/webp",
         .cache_control = "public, max-age=31536000, immutable",
         .cross_site = true}
    );
    co_return answered;
}

}  // namespace reelshare::profiles
