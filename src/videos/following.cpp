// GET /video/following: the newest of those whom the viewer follows.

#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"
#include "videos/handlers.hpp"
#include "videos/pages.hpp"
#include "videos/paging.hpp"

namespace reelshare::videos {

namespace json = boost::json;

Task<Result<Slice>> Videos::of_followed(
    std::string user_id, std::string before_id, std::int64_t limit, std::string origin
) {
    if (before_id.empty()) before_id = kBehindAll;
    auto rows = co_await database_.query(
        show_sql(followed_sql("$1", "$2", "$3"), "v.id DESC"),
        {std::move(user_id), std::move(before_id), limit + 1}
    );
    if (!rows) co_return std::unexpected(rows.error());
    co_return slice_of(*rows, limit, origin, links_);
}

Task<Result<http::Response>> list_followed(const VideoParts& parts, http::Request& request) {
    const auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto list = read_list_request(request);
    if (!list) co_return std::unexpected(list.error());
    if (list->page_given) co_return fail_field("page", "This list is paged by cursor.");
    if (list->sort != ListRequest::Sort::latest)
        co_return fail_field("sort", "This list is by time.");
    auto slice = co_await parts.videos.of_followed(
        viewer->user_id, list->before_id, list->limit,
        http::link_origin(request, parts.videos.public_url())
    );
    if (!slice) co_return std::unexpected(slice.error());
    json::object meta{{"limit", list->limit}, {"nextCursor", nullptr}};
    if (slice->more) meta["nextCursor"] = cursor_of(slice->last_id);
    http::Response response = http::success(
        200, "Video retrieved successfully",
        json::object{{"meta", std::move(meta)}, {"data", std::move(slice->videos)}}
    );
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

}  // namespace reelshare::videos
