#include "statistics/routes.hpp"

#include "http/link_origin.hpp"
#include "statistics/statistics.hpp"
#include "videos/cached_answer.hpp"

namespace reelshare::statistics {

namespace {

Task<Result<http::Response>> show(
    db::Database& database,
    accounts::Accounts& accounts,
    const videos::Videos& videos,
    http::Request& request
) {
    const auto viewer = co_await accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    auto found = co_await statistics_of(
        database, viewer->user_id, http::link_origin(request, videos.public_url()), videos.links()
    );
    if (!found) co_return std::unexpected(found.error());
    http::Response response =
        http::success(200, "Statistics retrieved successfully", std::move(*found));
    response.set("Cache-Control", "private, no-cache");
    co_return response;
}

}  // namespace

void add_statistics_routes(
    http::Router& router,
    db::Database& database,
    accounts::Accounts& accounts,
    const videos::Videos& videos
) {
    router.add(
        http::Method::get, "/api/v1/statistics",
        http::handler([&database, &accounts, &videos](http::Request& request) {
            return show(database, accounts, videos, request);
        })
    );
}

}  // namespace reelshare::statistics
