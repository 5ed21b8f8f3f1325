// Lists of posts. The public ones are answered from the near cache as bytes; what runs on a hit is
// reading the query and one look-up.

#include "base/id.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/handlers.hpp"
#include "videos/paging.hpp"
#include "videos/search_terms.hpp"

#include <fmt/format.h>

namespace reelshare::videos {

namespace {

namespace json = boost::json;

json::value next_cursor(const Slice& slice, ListRequest::Sort sort = ListRequest::Sort::latest) {
    if (!slice.more) return nullptr;
    if (sort == ListRequest::Sort::latest) return json::value(cursor_of(slice.last_id));
    return json::value(cursor_of(TrendPlace{slice.last_trend, slice.last_id}));
}

std::string envelope(std::string_view message, json::object data) {
    http::Response response = http::success(200, message, std::move(data));
    return std::get<std::string>(std::move(response.body));
}

/// A list and who asks for it.
struct Wanted {
    ListRequest list;
    SearchTerms terms;
    std::string viewer_id;  ///< "": what everybody gets.
    std::string origin;
};

Task<Result<Slice>> slice_of(Videos& videos, const Wanted& wanted) {
    const ListRequest& list = wanted.list;
    if (list.offset() > ListRequest::kMaxOffset) co_return Slice{};
    Result<Slice> slice;
    if (wanted.terms.any())
        slice = co_await videos.found(wanted.terms, list, wanted.origin, wanted.viewer_id);
    else if (list.sort == ListRequest::Sort::trending)
        slice = co_await videos.trending(list.after, list.limit, wanted.origin, wanted.viewer_id);
    else
        slice = co_await videos.listed(
            list.before_id, list.offset(), list.limit, wanted.origin, wanted.viewer_id
        );
    co_return slice;
}

Task<Result<std::string>> feed_bytes(Videos& videos, Wanted wanted) {
    const ListRequest& list = wanted.list;
    auto slice = co_await slice_of(videos, wanted);
    if (!slice) co_return std::unexpected(slice.error());
    json::object meta;
    if (!list.keyset) {
        auto total = co_await videos.count_listed();
        if (!total) co_return std::unexpected(total.error());
        meta = {{"page", list.page}, {"limit", list.limit}, {"total", *total}};
    } else {
        meta["limit"] = list.limit;
    }
    // Who asked for no page can go on by cursor.
    if (!list.page_given) meta["nextCursor"] = next_cursor(*slice, list.sort);
    co_return envelope(
        "Video retrieved successfully",
        {{"meta", std::move(meta)}, {"data", std::move(slice->videos)}}
    );
}

Task<Result<std::string>> user_bytes(
    Videos& videos, std::string user_id, bool all, ListRequest list, std::string origin
) {
    auto slice =
        co_await videos.of_user(user_id, all, list.before_id, list.limit, std::move(origin));
    if (!slice) co_return std::unexpected(slice.error());
    json::object meta{{"limit", list.limit}, {"nextCursor", next_cursor(*slice)}};
    co_return envelope(
        "Video retrieved successfully",
        {{"meta", std::move(meta)}, {"data", std::move(slice->videos)}}
    );
}

/// Tells pages of all kinds apart in the near cache.
std::string place_of(const ListRequest& list) {
    if (list.sort == ListRequest::Sort::trending)
        return "trending " + (list.after ? cursor_of(*list.after) : std::string());
    return list.keyset ? list.before_id : std::to_string(list.page);
}

http::Response private_answer(std::string bytes) {
    http::Response response{.status = 200, .headers = {}, .body = std::move(bytes)};
    response.set("Content-Type", "application/json; charset=utf-8");
    response.set("Cache-Control", "private, no-cache");
    return response;
}

Result<Wanted> read_wanted(const http::Request& request) {
    auto list = read_list_request(request);
    if (!list) return std::unexpected(list.error());
    auto terms = read_search_terms(request);
    if (!terms) return std::unexpected(terms.error());
    Wanted wanted{
        .list = std::move(*list), .terms = std::move(*terms), .viewer_id = {}, .origin = {}
    };
    if (!wanted.terms.any()) return wanted;
    if (wanted.list.page_given) return fail_field("page", "A search is paged by cursor.");
    wanted.list.keyset = true;
    return wanted;
}

/// Whom a list is made for: nobody in particular, unless it leaves somebody out for this viewer.
/// What everybody gets is given without asking whether the session still lives: it is cached, and
/// plays on while the database is away.
Task<Result<std::string>> made_for(const VideoParts& parts, http::Request& request) {
    if (const std::string claimed = parts.accounts.claimed_user(request); !claimed.empty()) {
        const auto walls = co_await parts.videos.has_walls(claimed);
        if (!walls && walls.error().code != Errc::unavailable)
            co_return std::unexpected(walls.error());
        if (!walls || !*walls) co_return std::string();
    }
    auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    co_return *viewer ? (*viewer)->user_id : std::string();
}

}  // namespace

Task<Result<http::Response>> list_videos(const VideoParts& parts, http::Request& request) {
    auto wanted = read_wanted(request);
    if (!wanted) co_return std::unexpected(wanted.error());
    auto viewer_id = co_await made_for(parts, request);
    if (!viewer_id) co_return std::unexpected(viewer_id.error());
    wanted->viewer_id = std::move(*viewer_id);
    wanted->origin = http::link_origin(request, parts.videos.public_url());
    // Searches are as many as there are words: they would only drive others out of the cache.
    if (wanted->terms.any() || !wanted->viewer_id.empty()) {
        auto bytes = co_await feed_bytes(parts.videos, std::move(*wanted));
        if (!bytes) co_return std::unexpected(bytes.error());
        co_return private_answer(std::move(*bytes));
    }
    const ListRequest& list = wanted->list;
    auto entry = co_await parts.near_cache.get(
        fmt::format(
            "feed {} {}{} {} {}", wanted->origin, list.keyset ? 'k' : 'p',
            list.page_given ? 'g' : '-', place_of(list), list.limit
        ),
        {"feed"}, [&]() { return feed_bytes(parts.videos, *wanted); }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return cached_answer(request, **entry);
}

Task<Result<http::Response>> list_user_videos(const VideoParts& parts, http::Request& request) {
    const auto list = read_list_request(request);
    if (!list) co_return std::unexpected(list.error());
    if (list->page_given) co_return fail_field("page", "This list is paged by cursor.");
    auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    std::string user_id(request.param("id"));
    if (user_id == "me" && *viewer) user_id = (*viewer)->user_id;
    if (!is_id(user_id)) co_return fail(Errc::not_found, "User not found!");
    const std::string origin = http::link_origin(request, parts.videos.public_url());
    if (*viewer && (*viewer)->user_id == user_id) {
        auto bytes = co_await user_bytes(parts.videos, user_id, true, *list, origin);
        if (!bytes) co_return std::unexpected(bytes.error());
        co_return private_answer(std::move(*bytes));
    }
    auto entry = co_await parts.near_cache.get(
        fmt::format("user {} {} {} {}", origin, user_id, list->before_id, list->limit), {"feed"},
        [&]() { return user_bytes(parts.videos, user_id, false, *list, origin); }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return cached_answer(request, **entry);
}

}  // namespace reelshare::videos
