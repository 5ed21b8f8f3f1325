#include "exports/routes.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "http/link_origin.hpp"

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <utility>

namespace reelshare::exports {

namespace {

/// What is signed: no asset has such a name.
std::string subject(std::string_view user_id) {
    return fmt::format("export-{}", user_id);
}

Task<Result<http::Response>> make_link(const ExportParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const std::string url = fmt::format(
        "{}/exports/{}/{}", http::link_origin(request, parts.public_url), viewer->user_id,
        parts.signer.sign(subject(viewer->user_id), now_ms())
    );
    http::Response response =
        http::success(200, "Export is ready to download", boost::json::object{{"url", url}});
    response.set("Cache-Control", "no-store");
    co_return response;
}

Task<Result<http::Response>> download(const ExportParts& parts, http::Request& request) {
    std::string user(request.param("user"));
    if (!is_id(user)) co_return fail(Errc::not_found, "Not Found");
    if (!parts.signer.verify(subject(user), request.param("signature"), now_ms()))
        co_return fail(Errc::forbidden, "This link has expired or is not valid.");
    auto answered = co_await parts.exports.answer(std::move(user));
    co_return answered;
}

}  // namespace

void add_export_routes(http::Router& router, ExportParts parts) {
    const auto add = [&](http::Method method, std::string path, auto handler) {
        router.add(method, std::move(path), http::handler([parts, handler](http::Request& request) {
                       return handler(parts, request);
                   }));
    };
    add(http::Method::post, "/api/v1/user/me/export", make_link);
    add(http::Method::get, "/exports/:user/:signature", download);
}

}  // namespace reelshare::exports
