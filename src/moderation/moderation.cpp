#include "moderation/moderation.hpp"

#include "accounts/administration.hpp"
#include "audit/audit.hpp"
#include "base/id.hpp"
#include "cache/invalidation.hpp"
#include "comments/withholding.hpp"
#include "moderation/reports.hpp"
#include "words/fold.hpp"

namespace reelshare::moderation {

namespace {

audit::Deed deed_of(
    const Order& order, std::string action, std::string kind, std::string detail = {}
) {
    return {
        .actor_id = order.actor.user_id,
        .action = std::move(action),
        .kind = std::move(kind),
        .subject = order.subject,
        .reason = order.reason,
        .detail = std::move(detail)
    };
}

/// Nobody judges themselves or their like.
Task<Result<void>> require_lower(db::Transaction& tx, Order order) {
    auto role = co_await accounts::role_of(tx, order.subject);
    if (!role) co_return std::unexpected(role.error());
    const bool operates = order.actor.user_id.empty();
    if (operates || (order.subject != order.actor.user_id && *role < order.actor.role))
        co_return Result<void>();
    co_return fail(Errc::forbidden, "Only a higher role can do this.");
}

/// Posts and comments that a ban took away, or gave back.
struct Banned {
    videos::Withheld posts;
    std::vector<std::string> commented;
};

Task<Result<Banned>> apply_ban(db::Transaction& tx, Order order, bool banned) {
    auto allowed = co_await require_lower(tx, order);
    if (!allowed) co_return std::unexpected(allowed.error());
    auto set = co_await accounts::set_suspended(tx, order.subject, banned);
    if (!set) co_return std::unexpected(set.error());
    auto posts = co_await videos::set_uploader_banned(tx, order.subject, banned);
    if (!posts) co_return std::unexpected(posts.error());
    auto commented = co_await comments::set_author_banned(tx, order.subject, banned);
    if (!commented) co_return std::unexpected(commented.error());
    auto noted = co_await audit::record(tx, deed_of(order, banned ? "ban" : "unban", "user"));
    if (!noted) co_return std::unexpected(noted.error());
    co_return Banned{.posts = std::move(*posts), .commented = std::move(*commented)};
}

}  // namespace

Moderation::Moderation(
    db::Database& database,
    cache::NearCache& near_cache,
    cache::Bus& bus,
    accounts::Accounts& accounts,
    videos::Videos& videos,
    comments::Comments& comments,
    words::Words& words
)
    : database_(database),
      near_cache_(near_cache),
      bus_(bus),
      accounts_(accounts),
      videos_(videos),
      comments_(comments),
      words_(words) {}

void Moderation::tell(const videos::Withheld& withheld) {
    videos_.changed(withheld.video_ids);
    for (const std::string& asset : withheld.asset_ids) videos_.media_changed(asset);
}

Task<Result<void>> Moderation::hide_video(Order order, bool hidden) {
    if (!is_id(order.subject)) co_return fail(Errc::not_found, "Video not found!");
    using videos::Withheld;
    auto done = co_await database_.transaction<Withheld>(
        [&](db::Transaction& tx) -> Task<Result<Withheld>> {
            auto withheld = co_await videos::set_hidden(tx, order.subject, hidden);
            if (!withheld) co_return withheld;
            auto noted =
                co_await audit::record(tx, deed_of(order, hidden ? "hide" : "restore", "video"));
            if (!noted) co_return std::unexpected(noted.error());
            co_return withheld;
        }
    );
    if (!done) co_return std::unexpected(done.error());
    tell(*done);
    co_return Result<void>();
}

Task<Result<void>> Moderation::hide_comment(Order order, bool hidden) {
    if (!is_id(order.subject)) co_return fail(Errc::not_found, "Comment not found!");
    using comments::Place;
    auto done =
        co_await database_.transaction<Place>([&](db::Transaction& tx) -> Task<Result<Place>> {
            auto place = co_await comments::set_hidden(tx, order.subject, hidden);
            if (!place) co_return place;
            auto noted =
                co_await audit::record(tx, deed_of(order, hidden ? "hide" : "restore", "comment"));
            if (!noted) co_return std::unexpected(noted.error());
            co_return place;
        });
    if (!done) co_return std::unexpected(done.error());
    comments_.changed(done->video_id, done->thread_id);
    co_return Result<void>();
}

Task<Result<void>> Moderation::ban_user(Order order, bool banned) {
    if (!is_id(order.subject)) co_return fail(Errc::not_found, "User not found!");
    auto done =
        co_await database_.transaction<Banned>([&](db::Transaction& tx) -> Task<Result<Banned>> {
            return apply_ban(tx, order, banned);
        });
    if (!done) co_return std::unexpected(done.error());
    accounts_.sessions_ended(order.subject);
    tell(done->posts);
    videos_.counts_changed(done->commented);
    for (const char* lists : {"listing", "people"})
        cache::drop_everywhere(near_cache_, bus_, lists);
    co_return Result<void>();
}

Task<Result<void>> Moderation::give_role(Order order, accounts::Role role) {
    if (!is_id(order.subject)) co_return fail(Errc::not_found, "User not found!");
    if (order.subject == order.actor.user_id)
        co_return fail(Errc::forbidden, "Somebody else has to change your role.");
    auto done =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto set = co_await accounts::set_role(tx, order.subject, role);
            if (!set) co_return std::unexpected(set.error());
            auto noted = co_await audit::record(
                tx, deed_of(order, "role", "user", std::string(accounts::role_name(role)))
            );
            if (!noted) co_return std::unexpected(noted.error());
            co_return true;
        });
    if (!done) co_return std::unexpected(done.error());
    accounts_.sessions_ended(order.subject);
    co_return Result<void>();
}

Task<Result<void>> Moderation::dismiss_report(Order order) {
    if (!is_id(order.subject)) co_return fail(Errc::not_found, "There is no such open report.");
    auto done =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto dismissed = co_await resolve_report(tx, order.subject);
            if (!dismissed) co_return std::unexpected(dismissed.error());
            auto noted = co_await audit::record(tx, deed_of(order, "dismiss", "report"));
            if (!noted) co_return std::unexpected(noted.error());
            co_return true;
        });
    if (!done) co_return std::unexpected(done.error());
    co_return Result<void>();
}

Task<Result<void>> Moderation::list_word(Order order, bool listed) {
    order.subject = words::fold(order.subject);
    auto moved =
        co_await database_.transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
            auto set = co_await words_.set_listed(tx, order.subject, listed);
            if (!set || !*set) co_return set;
            auto noted =
                co_await audit::record(tx, deed_of(order, listed ? "add" : "remove", "word"));
            if (!noted) co_return std::unexpected(noted.error());
            co_return true;
        });
    if (!moved) co_return std::unexpected(moved.error());
    if (!*moved && !listed) co_return fail(Errc::not_found, "This word is not on the list.");
    words_.changed();
    co_return Result<void>();
}

}  // namespace reelshare::moderation
