#include "notifications/routes.hpp"

#include "base/id.hpp"
#include "base/json.hpp"
#include "http/link_origin.hpp"

#include <charconv>

namespace reelshare::notifications {

namespace {

constexpr std::int64_t kDefaultLimit = 20;
constexpr std::int64_t kMaxLimit = 50;

/// Which part of the list is asked for; its cursors are ids.
struct Part {
    std::string before_id;
    std::int64_t limit = kDefaultLimit;
};

Result<Part> read_part(const http::Request& request) {
    Part part;
    if (const auto text = request.query_value("limit")) {
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), part.limit);
        if (error != std::errc() || end != text->data() + text->size() || part.limit < 1 ||
            part.limit > kMaxLimit)
            return fail_field("limit", "Limit must be a whole number from 1 to 50.");
    }
    if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty()) {
        if (!is_id(*cursor))
            return fail_field("cursor", "This cursor is not one that a list gave.");
        part.before_id = std::string(*cursor);
    }
    return part;
}

Task<Result<http::Response>> list(const NotificationParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto part = read_part(request);
    if (!part) co_return std::unexpected(part.error());
    auto found = co_await parts.notifications.list(
        viewer->user_id, part->before_id, part->limit, http::link_origin(request, parts.public_url)
    );
    if (!found) co_return std::unexpected(found.error());
    const auto unread = co_await parts.notifications.unread(viewer->user_id);
    if (!unread) co_return std::unexpected(unread.error());
    json::object meta{{"limit", part->limit}, {"unreadCount", *unread}, {"nextCursor", nullptr}};
    if (found->more) meta["nextCursor"] = found->last_id;
    http::Response response = http::success(
        200, "Notifications retrieved successfully",
        json::object{{"meta", std::move(meta)}, {"data", std::move(found->notifications)}}
    );
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

/// {"id"}: that one; {"until"}: those up to it; {}: all.
Task<Result<http::Response>> mark_read(const NotificationParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    const auto one = read.optional_text("id", {.min = 1, .max = 36, .what = "Id"});
    const auto until = read.optional_text("until", {.min = 1, .max = 36, .what = "Until"});
    if (one && until) read.fault("until", "Give an id or the end of a range, not both.");
    if (one && !is_id(*one)) read.fault("id", "This is not the id of a notification.");
    if (until && !is_id(*until)) read.fault("until", "This is not the id of a notification.");
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    const auto marked = co_await parts.notifications.mark_read(
        viewer->user_id, one.value_or(until.value_or("")), one.has_value()
    );
    if (!marked) co_return std::unexpected(marked.error());
    const auto unread = co_await parts.notifications.unread(viewer->user_id);
    if (!unread) co_return std::unexpected(unread.error());
    co_return http::success(
        200, "Notifications marked as read",
        json::object{{"marked", *marked}, {"unreadCount", *unread}}
    );
}

Task<Result<http::Response>> stream(const NotificationParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto answer = co_await parts.notifications.stream(
        viewer->user_id, http::link_origin(request, parts.public_url)
    );
    co_return answer;
}

}  // namespace

void add_notification_routes(http::Router& router, NotificationParts parts) {
    using http::Method;
    const auto add = [&](Method method, std::string pattern, auto function) {
        router.add(
            method, "/api/v1/notifications" + pattern,
            http::handler([parts, function](http::Request& request) {
                return function(parts, request);
            })
        );
    };
    add(Method::get, "", list);
    add(Method::post, "/read", mark_read);
    add(Method::get, "/stream", stream);
}

}  // namespace reelshare::notifications
