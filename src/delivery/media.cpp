#include "delivery/media.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "delivery/object_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace reelshare::delivery {

namespace {

constexpr std::size_t kMaxName = 64;

struct Type {
    std::string_view extension;
    std::string_view content_type;
};
/// What may be served from the media folder; nothing else is, whatever lies there.
constexpr std::array<Type, 5> kTypes = {{
    {"mp4", "video/mp4"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"jpg", "image/jpeg"},
    {"webp", "image/webp"},
    {"vtt", "text/vtt; charset=utf-8"},
}};

/// Letters, digits, "_" and "-": no dot, so no way up and no hidden file.
bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// The answer's Cache-Control where this request may have the file. What is not for everybody does
/// not exist for who has no signature; a signature that is not good says so.
Task<Result<std::string>> permit(const MediaParts& parts, const http::Request& request) {
    const std::string_view asset = request.param("asset");
    const std::string_view signature = request.param("signature");
    std::optional<PathSigner::Permit> permit;
    if (!signature.empty()) {
        permit = parts.signer.verify(asset, signature, now_ms());
        if (!permit) co_return fail(Errc::forbidden, "This link has expired or is not valid.");
    }
    // What was taken from everybody is gone also for who kept a link.
    if (!permit || !permit->for_moderators) {
        const auto access = co_await parts.access(std::string(asset));
        if (!access) co_return std::unexpected(access.error());
        if (*access == MediaAccess::nobody || (!permit && *access != MediaAccess::everybody))
            co_return fail(Errc::not_found, "Not Found");
    }
    if (!permit) co_return std::string("public, max-age=31536000, immutable");
    co_return fmt::format("private, max-age={}, immutable", permit->seconds);
}

Task<Result<http::Response>> serve(const MediaParts& parts, http::Request& request) {
    auto wanted =
        media_file(request.param("asset"), request.param("version"), request.param("file"));
    if (!wanted) co_return fail(Errc::not_found, "Not Found");
    auto cache_control = co_await permit(parts, request);
    if (!cache_control) co_return std::unexpected(cache_control.error());
    auto answered = co_await answer_object(
        parts.files, parts.parts, request,
        {.key = std::move(wanted->key),
         .content_type = std::string(wanted->content_type),
         .cache_control = std::move(*cache_control),
         .cross_site = parts.cross_site}
    );
    co_return answered;
}

}  // namespace

std::optional<MediaFile> media_file(
    std::string_view asset, std::string_view version, std::string_view file
) {
    const auto dot = file.find('.');
    if (!is_id(asset) || !is_name(version) || dot == std::string_view::npos) return std::nullopt;
    if (!is_name(file.substr(0, dot))) return std::nullopt;
    const auto type = std::ranges::find(kTypes, file.substr(dot + 1), &Type::extension);
    if (type == kTypes.end()) return std::nullopt;
    return MediaFile{
        .key = fmt::format("media/{}/{}/{}", asset, version, file),
        .content_type = type->content_type
    };
}

void add_media_routes(http::Router& router, MediaParts parts) {
    const auto kept = std::make_shared<const MediaParts>(std::move(parts));
    for (const char* pattern :
         {"/media/:asset/:version/:file", "/media/:asset/:signature/:version/:file"}) {
        router.add(http::Method::get, pattern, http::handler([kept](http::Request& request) {
                       return serve(*kept, request);
                   }));
    }
}

}  // namespace reelshare::delivery
