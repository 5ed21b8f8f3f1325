#include "moderation/routes.hpp"

#include "base/json.hpp"
#include "moderation/reports.hpp"
#include "videos/paging.hpp"

#include <memory>

namespace reelshare::moderation {

namespace {

using accounts::Role;

constexpr FieldReader::Text kReason{.min = 1, .max = 1000, .what = "A reason"};

Task<Result<std::string>> read_reason(http::Request& request) {
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string reason = read.text("reason", kReason);
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    co_return reason;
}

Task<Result<http::Response>> report(
    const ModerationParts& parts, http::Request& request, std::string kind
) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto reason = co_await read_reason(request);
    if (!reason) co_return std::unexpected(reason.error());
    auto id = co_await add_report(
        parts.database, {.reporter_id = viewer->user_id,
                         .kind = std::move(kind),
                         .subject = std::string(request.param("id")),
                         .reason = std::move(*reason)}
    );
    if (!id) co_return std::unexpected(id.error());
    co_return http::success(201, "Reported successfully", json::object{{"id", std::move(*id)}});
}

http::Response private_answer(std::string_view message, json::value data) {
    http::Response response = http::success(200, message, std::move(data));
    response.set("Cache-Control", "private, no-cache");
    return response;
}

http::Response answer_page(
    const videos::ListRequest& list, audit::Page page, std::string_view message
) {
    json::object meta{{"limit", list.limit}, {"nextCursor", nullptr}};
    if (page.more) meta["nextCursor"] = videos::cursor_of(page.last_id);
    return private_answer(
        message, json::object{{"meta", std::move(meta)}, {"data", std::move(page.items)}}
    );
}

/// Which part of a list, for a moderator.
Task<Result<videos::ListRequest>> read_list(const ModerationParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require_role(request, Role::moderator);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto list = videos::read_list_request(request);
    if (list && list->page_given) co_return fail_field("page", "This list is paged by cursor.");
    co_return list;
}

Task<Result<http::Response>> show_reports(const ModerationParts& parts, http::Request& request) {
    const auto list = co_await read_list(parts, request);
    if (!list) co_return std::unexpected(list.error());
    std::string state(request.query_value("state").value_or("open"));
    if (state != "open" && state != "resolved")
        co_return fail_field("state", "Must be one of: open, resolved.");
    auto page =
        co_await list_reports(parts.database, std::move(state), list->before_id, list->limit);
    if (!page) co_return std::unexpected(page.error());
    co_return answer_page(*list, std::move(*page), "Reports retrieved successfully");
}

Task<Result<http::Response>> show_audit_log(const ModerationParts& parts, http::Request& request) {
    const auto list = co_await read_list(parts, request);
    if (!list) co_return std::unexpected(list.error());
    auto page = co_await audit::read_log(parts.database, list->before_id, list->limit);
    if (!page) co_return std::unexpected(page.error());
    co_return answer_page(*list, std::move(*page), "Audit log retrieved successfully");
}

/// The deeds by their paths: scan here for what a moderator can do.
struct DeedRoute {
    std::string_view path;
    Task<Result<void>> (*deed)(Moderation&, Order);
    std::string_view message;
};

constexpr DeedRoute kDeeds[] = {
    {"/video/:id/hide", [](Moderation& m, Order o) { return m.hide_video(std::move(o), true); },
     "Video hidden"},
    {"/video/:id/restore", [](Moderation& m, Order o) { return m.hide_video(std::move(o), false); },
     "Video restored"},
    {"/comment/:id/hide", [](Moderation& m, Order o) { return m.hide_comment(std::move(o), true); },
     "Comment hidden"},
    {"/comment/:id/restore",
     [](Moderation& m, Order o) { return m.hide_comment(std::move(o), false); },
     "Comment restored"},
    {"/user/:id/ban", [](Moderation& m, Order o) { return m.ban_user(std::move(o), true); },
     "User banned"},
    {"/user/:id/unban", [](Moderation& m, Order o) { return m.ban_user(std::move(o), false); },
     "User no longer banned"},
    {"/reports/:id/dismiss", [](Moderation& m, Order o) { return m.dismiss_report(std::move(o)); },
     "Report dismissed"},
};

/// One deed: who, on what, and why; then what is done.
Task<Result<http::Response>> act(
    const ModerationParts& parts, http::Request& request, const DeedRoute& route
) {
    auto viewer = co_await parts.accounts.require_role(request, Role::moderator);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto reason = co_await read_reason(request);
    if (!reason) co_return std::unexpected(reason.error());
    auto done = co_await route.deed(
        parts.moderation, {.actor = std::move(*viewer),
                           .subject = std::string(request.param("id")),
                           .reason = std::move(*reason)}
    );
    if (!done) co_return std::unexpected(done.error());
    co_return http::success(200, route.message, nullptr);
}

Task<Result<http::Response>> give_role(const ModerationParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require_role(request, Role::admin);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    const auto name = read.optional_choice("role", {"user", "moderator", "admin"});
    if (!body->contains("role")) read.fault("role", "A role is required.");
    std::string reason = read.text("reason", kReason);
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    const auto role = accounts::parse_role(name.value_or(""));
    if (!role) co_return fail_field("role", "A role is required.");
    auto done = co_await parts.moderation.give_role(
        {.actor = std::move(*viewer),
         .subject = std::string(request.param("id")),
         .reason = std::move(reason)},
        *role
    );
    if (!done) co_return std::unexpected(done.error());
    co_return http::success(200, "Role given", nullptr);
}

Task<Result<http::Response>> show_words(const ModerationParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require_role(request, Role::moderator);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto words = co_await parts.words.list();
    if (!words) co_return std::unexpected(words.error());
    json::array list;
    for (std::string& word : *words) list.emplace_back(std::move(word));
    co_return private_answer("Words retrieved successfully", std::move(list));
}

Task<Result<http::Response>> add_word(const ModerationParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require_role(request, Role::moderator);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto body = co_await http::read_json(request);
    if (!body) co_return std::unexpected(body.error());
    FieldReader read(*body);
    std::string word = read.text("word", {.min = 1, .max = words::kMaxWord, .what = "A word"});
    if (auto faults = read.faults()) co_return std::unexpected(*faults);
    auto done = co_await parts.moderation.list_word(
        {.actor = std::move(*viewer), .subject = std::move(word), .reason = {}}, true
    );
    if (!done) co_return std::unexpected(done.error());
    co_return http::success(201, "Word listed", nullptr);
}

Task<Result<http::Response>> remove_word(const ModerationParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require_role(request, Role::moderator);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto done = co_await parts.moderation.list_word(
        {.actor = std::move(*viewer), .subject = std::string(request.param("word")), .reason = {}},
        false
    );
    if (!done) co_return std::unexpected(done.error());
    co_return http::success(200, "Word no longer listed", nullptr);
}

}  // namespace

void add_moderation_routes(http::Router& router, ModerationParts parts) {
    using http::Method;
    using http::Request;
    const auto kept = std::make_shared<const ModerationParts>(parts);
    const auto add = [&](Method method, std::string pattern, auto function) {
        router.add(method, "/api/v1" + pattern, http::handler([kept, function](Request& request) {
                       return function(*kept, request);
                   }));
    };
    for (const std::string kind : {"video", "comment", "user"})
        add(Method::post, "/" + kind + "/:id/report",
            [kind](const ModerationParts& all, Request& request) {
                return report(all, request, kind);
            });
    add(Method::get, "/admin/reports", show_reports);
    add(Method::get, "/admin/audit", show_audit_log);
    for (const DeedRoute& route : kDeeds)
        add(Method::post, "/admin" + std::string(route.path),
            [&route](const ModerationParts& all, Request& request) {
                return act(all, request, route);
            });
    add(Method::put, "/admin/user/:id/role", give_role);
    add(Method::get, "/admin/words", show_words);
    add(Method::post, "/admin/words", add_word);
    add(Method::delete_, "/admin/words/:word", remove_word);
}

}  // namespace reelshare::moderation
