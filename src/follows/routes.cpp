#include "follows/routes.hpp"

#include "base/json.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/paging.hpp"

#include <fmt/format.h>

#include <memory>

namespace reelshare::follows {

namespace {

/// The original server calls it an error to ask for what is so already.
std::unexpected<Error> as_it_is(std::string_view message, std::string_view word) {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = std::string(message),
        .fields = {{"userId", std::string(message)}},
        .word = std::string(word)
    });
}

Task<Result<http::Response>> follow(const FollowParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto changed =
        co_await parts.follows.follow(viewer->user_id, std::string(request.param("userId")));
    if (!changed) co_return std::unexpected(changed.error());
    if (!*changed) co_return as_it_is("You are already following this user", "already_following");
    co_return http::success(201, "Followed successfully", nullptr);
}

Task<Result<http::Response>> unfollow(const FollowParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto changed =
        co_await parts.follows.unfollow(viewer->user_id, std::string(request.param("userId")));
    if (!changed) co_return std::unexpected(changed.error());
    if (!*changed) co_return as_it_is("You are not following this user", "not_following");
    co_return http::success(201, "Un-followed successfully", nullptr);
}

Task<Result<http::Response>> answer_relation(
    const FollowParts& parts, std::string viewer_id, std::string other_id, std::string_view message
) {
    const auto relation = co_await parts.follows.relation(std::move(viewer_id), other_id);
    if (!relation) co_return std::unexpected(relation.error());
    http::Response response = http::success(
        200, message,
        json::object{
            {"userId", other_id},
            {"isFollowing", relation->is_following},
            {"isFollowedBy", relation->is_followed_by},
            {"followerCount", relation->follower_count},
            {"followingCount", relation->following_count}
        }
    );
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

Task<Result<http::Response>> show_relation(const FollowParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto answer = co_await answer_relation(
        parts, viewer->user_id, std::string(request.param("userId")),
        "Follow retrieved successfully"
    );
    co_return answer;
}

/// The idempotent forms: they answer with what is so afterwards.
Task<Result<http::Response>> put_follow(const FollowParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string other(request.param("userId"));
    const auto changed = co_await parts.follows.follow(viewer->user_id, other);
    if (!changed) co_return std::unexpected(changed.error());
    auto answer = co_await answer_relation(parts, viewer->user_id, other, "Followed successfully");
    co_return answer;
}

Task<Result<http::Response>> delete_follow(const FollowParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string other(request.param("userId"));
    const auto changed = co_await parts.follows.unfollow(viewer->user_id, other);
    if (!changed) co_return std::unexpected(changed.error());
    auto answer =
        co_await answer_relation(parts, viewer->user_id, other, "Un-followed successfully");
    co_return answer;
}

enum class WallKind : std::uint8_t { block, mute };

Task<Result<http::Response>> set_wall(
    const FollowParts& parts, http::Request& request, WallKind kind, bool wish
) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string other(request.param("id"));
    auto done = kind == WallKind::block ? parts.blocks.set_blocked(viewer->user_id, other, wish)
                                        : parts.blocks.set_muted(viewer->user_id, other, wish);
    const auto wall = co_await std::move(done);
    if (!wall) co_return std::unexpected(wall.error());
    std::string_view message = wish ? "Blocked successfully" : "Un-blocked successfully";
    if (kind == WallKind::mute) message = wish ? "Muted successfully" : "Un-muted successfully";
    co_return http::success(
        200, message,
        json::object{
            {"userId", other}, {"isBlocked", wall->is_blocked}, {"isMuted", wall->is_muted}
        }
    );
}

Task<Result<std::string>> people_bytes(
    Follows& follows, std::string user_id, Side side, videos::ListRequest list, std::string origin
) {
    auto found = co_await follows.people_of(
        std::move(user_id), side, list.before_id, list.limit, std::move(origin)
    );
    if (!found) co_return std::unexpected(found.error());
    json::object meta{{"limit", list.limit}, {"total", found->total}, {"nextCursor", nullptr}};
    if (found->more) meta["nextCursor"] = videos::cursor_of(found->last_id);
    http::Response response = http::success(
        200,
        side == Side::followers ? "Followers retrieved successfully"
                                : "Following retrieved successfully",
        json::object{{"meta", std::move(meta)}, {"data", std::move(found->people)}}
    );
    co_return std::get<std::string>(std::move(response.body));
}

Task<Result<http::Response>> list_people(
    const FollowParts& parts, http::Request& request, Side side
) {
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto list = videos::read_list_request(request);
    if (!list) co_return std::unexpected(list.error());
    if (list->page_given) co_return fail_field("page", "This list is paged by cursor.");
    std::string user_id(request.param("id"));
    if (user_id == "me" && *viewer) user_id = (*viewer)->user_id;
    const std::string origin = http::link_origin(request, parts.public_url);
    auto entry = co_await parts.near_cache.get(
        fmt::format(
            "{} {} {} {} {}", side == Side::followers ? "followers" : "following", origin, user_id,
            list->before_id, list->limit
        ),
        {"follows:" + user_id, "people"},
        [&]() { return people_bytes(parts.follows, user_id, side, *list, origin); }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return videos::cached_answer(request, **entry);
}

}  // namespace

void add_follow_routes(http::Router& router, FollowParts parts) {
    using http::Method;
    using http::Request;
    const auto kept = std::make_shared<const FollowParts>(parts);
    const auto add = [&](Method method, std::string pattern, auto function) {
        router.add(method, "/api/v1" + pattern, http::handler([kept, function](Request& request) {
                       return function(*kept, request);
                   }));
    };
    const auto people = [](Side side) {
        return [side](const FollowParts& all, Request& request) {
            return list_people(all, request, side);
        };
    };
    const auto wall = [](WallKind kind, bool wish) {
        return [kind, wish](const FollowParts& all, Request& request) {
            return set_wall(all, request, kind, wish);
        };
    };
    add(Method::put, "/user/:id/block", wall(WallKind::block, true));
    add(Method::delete_, "/user/:id/block", wall(WallKind::block, false));
    add(Method::put, "/user/:id/mute", wall(WallKind::mute, true));
    add(Method::delete_, "/user/:id/mute", wall(WallKind::mute, false));
    add(Method::post, "/follows/follow/:userId", follow);
    add(Method::post, "/follows/unfollow/:userId", unfollow);
    add(Method::get, "/follows/:userId", show_relation);
    add(Method::put, "/follows/:userId", put_follow);
    add(Method::delete_, "/follows/:userId", delete_follow);
    add(Method::get, "/user/:id/followers", people(Side::followers));
    add(Method::get, "/user/:id/following", people(Side::following));
}

}  // namespace reelshare::follows
