// Lists of comments. Guests are answered from the near cache; who is logged in also learns which of
// them he likes, so those answers are made for him.

#include "comments/handlers.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/paging.hpp"

#include <fmt/format.h>

namespace reelshare::comments {

namespace {

namespace json = boost::json;
using videos::ListRequest;

constexpr std::int64_t kDefaultReplies = 5;

/// One list as its handler asks for it.
struct Wish {
    bool replies = false;
    std::string owner_id;  ///< The post, or the comment.
    ListRequest list;
};

Result<Wish> read_wish(const http::Request& request, bool replies) {
    auto list = videos::read_list_request(request);
    if (!list) return std::unexpected(list.error());
    if (list->offset() > ListRequest::kMaxOffset)
        return fail_field("page", "This page is behind the end of every list.");
    if (replies && !request.query_value("limit")) list->limit = kDefaultReplies;
    return Wish{.replies = replies, .owner_id = std::string(request.param("id")), .list = *list};
}

json::object meta_of(const ListRequest& list, const CommentList& found) {
    json::object meta;
    if (!list.keyset) meta["page"] = list.page;
    meta["limit"] = list.limit;
    meta["total"] = found.total;
    meta["hasNextPage"] = found.more;
    // Who asked for no page can go on by cursor.
    if (!list.page_given) {
        meta["nextCursor"] = nullptr;
        if (found.more) meta["nextCursor"] = videos::cursor_of(found.last_id);
    }
    return meta;
}

Task<Result<CommentList>> find(Comments& comments, Wish wish, Reader reader) {
    Part part{
        .after_id = std::move(wish.list.before_id),
        .offset = wish.list.offset(),
        .limit = wish.list.limit
    };
    if (wish.replies)
        return comments.replies_of(std::move(wish.owner_id), std::move(reader), std::move(part));
    return comments.of_video(std::move(wish.owner_id), std::move(reader), std::move(part));
}

Task<Result<http::Response>> answer(Comments& comments, Wish wish, Reader reader) {
    auto page = co_await find(comments, wish, std::move(reader));
    if (!page) co_return std::unexpected(page.error());
    json::object meta = meta_of(wish.list, *page);
    http::Response response = http::success(
        200, "Comment fetched successfully", std::move(page->comments), std::move(meta)
    );
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

Task<Result<std::string>> bytes_for_guests(Comments& comments, Wish wish, std::string origin) {
    auto response =
        co_await answer(comments, std::move(wish), {.id = {}, .origin = std::move(origin)});
    if (!response) co_return std::unexpected(response.error());
    co_return std::get<std::string>(std::move(response->body));
}

/// A list is dropped when its comments change, and when posts come, go, or change who may see them.
Task<Result<http::Response>> cached(
    const CommentParts& parts, const http::Request& request, Wish wish
) {
    const ListRequest& list = wish.list;
    const std::string origin = http::link_origin(request, parts.public_url);
    const std::string name = (wish.replies ? "replies:" : "comments:") + wish.owner_id;
    auto entry = co_await parts.near_cache.get(
        fmt::format(
            "{} {} {}{} {} {}", name, origin, list.keyset ? 'k' : 'p', list.page_given ? 'g' : '-',
            list.keyset ? list.before_id : std::to_string(list.page), list.limit
        ),
        {name, "listing"}, [&]() { return bytes_for_guests(parts.comments, wish, origin); }
    );
    if (!entry) co_return std::unexpected(entry.error());
    co_return videos::cached_answer(request, **entry);
}

Task<Result<http::Response>> list(const CommentParts& parts, http::Request& request, bool replies) {
    const auto viewer = co_await parts.accounts.identify(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto wish = read_wish(request, replies);
    if (!wish) co_return std::unexpected(wish.error());
    if (!*viewer) {
        auto shared = co_await cached(parts, request, std::move(*wish));
        co_return shared;
    }
    Reader reader{
        .id = (*viewer)->user_id,
        .origin = http::link_origin(request, parts.public_url),
        .judges = (*viewer)->is_at_least(accounts::Role::moderator)
    };
    auto own = co_await answer(parts.comments, std::move(*wish), std::move(reader));
    co_return own;
}

}  // namespace

Task<Result<http::Response>> list_comments(const CommentParts& parts, http::Request& request) {
    return list(parts, request, false);
}

Task<Result<http::Response>> list_replies(const CommentParts& parts, http::Request& request) {
    return list(parts, request, true);
}

Task<Result<http::Response>> list_replies_of_old(
    const CommentParts& parts, http::Request& request
) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto replies = co_await list(parts, request, true);
    co_return replies;
}

}  // namespace reelshare::comments
