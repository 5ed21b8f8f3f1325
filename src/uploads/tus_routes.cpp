#include "uploads/tus_routes.hpp"

#include "base/clock.hpp"
#include "http/broken_body.hpp"
#include "http/link_origin.hpp"
#include "videos/cached_answer.hpp"

#include <utility>

namespace reelshare::uploads {

namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kPath = "/api/v1/upload/tus";
constexpr int kPreconditionFailed = 412;
constexpr int kLockedStatus = 423;
constexpr int kChecksumStatus = 460;

/// What every answer carries.
Response with_version(Response response) {
    response.set("Tus-Resumable", std::string(kTusVersion));
    response.set("Cache-Control", "no-store");
    return response;
}

Response empty(int status) {
    return with_version({.status = status, .headers = {}, .body = std::string()});
}

/// The statuses of the protocol that no other part of the API has.
Response refusal(const Request& request, const Error& error) {
    Response response = http::failure(request, error);
    if (error.word == kLocked) response.status = kLockedStatus;
    if (error.word == kChecksumMismatch) response.status = kChecksumStatus;
    return with_version(std::move(response));
}

Response unknown_version(const Request& request) {
    Response response = http::failure(
        request, {.code = Errc::invalid,
                  .message = "This server speaks tus 1.0.0.",
                  .fields = {{"Tus-Resumable", "Must be 1.0.0."}},
                  .word = "tus_version"}
    );
    response.status = kPreconditionFailed;
    response.set("Tus-Version", std::string(kTusVersion));
    return with_version(std::move(response));
}

Response& tell_state(Response& response, const UploadState& state) {
    response.set("Upload-Offset", std::to_string(state.received));
    if (state.video_id.empty())
        response.set("Upload-Expires", http_date(state.expires_at));
    else
        response.set("X-Video-Id", state.video_id);
    return response;
}

Result<std::uint64_t> read_number(
    const Request& request, std::string_view header, std::string name
) {
    const auto number = whole_number(request.header(header));
    if (!number) return fail_field(name, name + " must be a whole number of bytes.");
    return *number;
}

Result<void> require_bytes(const Request& request) {
    if (request.header("content-type") == kTusContentType) return {};
    return fail(
        Errc::unsupported, "The Content-Type must be " + std::string(kTusContentType) + "."
    );
}

/// The body goes behind `offset`: of a PATCH, or of a POST that brings bytes.
Task<Result<UploadState>> take_body(
    const TusParts& parts,
    Request& request,
    std::string id,
    std::string user_id,
    std::uint64_t offset
) {
    std::optional<Checksum> checksum;
    if (const std::string_view given = request.header("upload-checksum"); !given.empty()) {
        auto read = read_checksum(given);
        if (!read) co_return std::unexpected(read.error());
        checksum = std::move(*read);
    }
    auto place = parts.places.take_place(user_id);
    if (!place) co_return std::unexpected(place.error());
    auto state = co_await parts.uploads.append(
        std::move(id), std::move(user_id), offset, *request.body, std::move(checksum),
        traceparent(request.trace)
    );
    co_return state;
}

Task<Result<Response>> create(const TusParts& parts, Request& request, std::string user_id) {
    if (!request.header("upload-defer-length").empty())
        co_return fail_field("Upload-Defer-Length", "The length must be known from the start.");
    const bool with_body = !request.header("content-type").empty();
    if (with_body) {
        const auto bytes = require_bytes(request);
        if (!bytes) co_return std::unexpected(bytes.error());
    }
    const auto length = read_number(request, "upload-length", "Upload-Length");
    if (!length) co_return std::unexpected(length.error());
    auto state = co_await parts.uploads.create(
        user_id, *length, std::string(request.header("upload-metadata"))
    );
    if (!state) co_return std::unexpected(state.error());
    Response response = empty(201);
    response.set(
        "Location",
        http::link_origin(request, parts.public_url) + std::string(kPath) + '/' + state->id
    );
    if (with_body) {
        auto taken = co_await take_body(parts, request, state->id, user_id, 0);
        // The upload is there: a client that got its address can go on with what is wrong by PATCH.
        if (!taken && taken.error().word != http::kBrokenBody)
            co_return std::unexpected(taken.error());
        if (taken) state = std::move(taken);
    }
    tell_state(response, *state);
    co_return response;
}

Task<Result<Response>> show(const TusParts& parts, Request& request, std::string user_id) {
    auto state = co_await parts.uploads.find(std::string(request.param("id")), std::move(user_id));
    if (!state) co_return std::unexpected(state.error());
    Response response = empty(200);
    tell_state(response, *state).set("Upload-Length", std::to_string(state->length));
    if (!state->metadata.empty()) response.set("Upload-Metadata", state->metadata);
    co_return response;
}

Task<Result<Response>> append(const TusParts& parts, Request& request, std::string user_id) {
    const auto bytes = require_bytes(request);
    if (!bytes) co_return std::unexpected(bytes.error());
    const auto offset = read_number(request, "upload-offset", "Upload-Offset");
    if (!offset) co_return std::unexpected(offset.error());
    auto state = co_await take_body(
        parts, request, std::string(request.param("id")), std::move(user_id), *offset
    );
    if (!state) co_return std::unexpected(state.error());
    Response response = empty(204);
    co_return std::move(tell_state(response, *state));
}

Task<Result<Response>> terminate(const TusParts& parts, Request& request, std::string user_id) {
    auto removed =
        co_await parts.uploads.remove(std::string(request.param("id")), std::move(user_id));
    if (!removed) co_return std::unexpected(removed.error());
    co_return empty(204);
}

using Function = Task<Result<Response>> (*)(const TusParts&, Request&, std::string user_id);

/// Bearer, then version, then the work; refusals with the headers and statuses of the protocol.
Task<Response> run(const TusParts& parts, Request& request, Function function) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return refusal(request, viewer.error());
    if (request.header("tus-resumable") != kTusVersion) co_return unknown_version(request);
    auto response = co_await function(parts, request, viewer->user_id);
    if (!response) co_return refusal(request, response.error());
    co_return std::move(*response);
}

Task<Result<Response>> refuse(const TusParts&, Request&, std::string) {
    co_return fail(Errc::invalid, "X-HTTP-Method-Override is needed here.");
}

/// Clients behind proxies that know GET and POST only say what they mean in a header.
Function overridden(const Request& request) {
    const std::string_view method = request.header("x-http-method-override");
    if (method == "PATCH") return append;
    if (method == "DELETE") return terminate;
    if (method == "HEAD") return show;
    return refuse;
}

Response abilities(const TusParts& parts) {
    Response response = empty(204);
    response.set("Tus-Version", std::string(kTusVersion));
    response.set("Tus-Extension", std::string(kTusExtensions));
    response.set("Tus-Checksum-Algorithm", std::string(kTusChecksums));
    response.set("Tus-Max-Size", std::to_string(parts.uploads.limits().max_bytes));
    return response;
}

}  // namespace

void add_tus_routes(http::Router& router, const TusParts& parts) {
    const http::RouteOptions bytes{.max_body = parts.uploads.limits().max_bytes, .chunked = true};
    const std::string all(kPath);
    const std::string one = all + "/:id";
    const auto add = [&](Method method, const std::string& path, Function function) {
        router.add(
            method, path,
            [parts, function](Request& request) { return run(parts, request, function); }, bytes
        );
    };
    for (const std::string& path : {all, one})
        router.add(Method::options, path, [parts](Request&) -> Task<Response> {
            co_return abilities(parts);
        });
    add(Method::post, all, create);
    add(Method::head, one, show);
    add(Method::patch, one, append);
    add(Method::delete_, one, terminate);
    router.add(
        Method::post, one,
        [parts](Request& request) -> Task<Response> {
            Response response = co_await run(parts, request, overridden(request));
            co_return response;
        },
        bytes
    );
}

}  // namespace reelshare::uploads
