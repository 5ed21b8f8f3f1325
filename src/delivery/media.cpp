#include "delivery/media.hpp"

#include "base/id.hpp"
#include "http/conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reelshare::delivery {

namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kPiece = 128 * 1024;  // Of an object without a local file.

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

/// Pieces of an object that lies somewhere else.
class Pieces {
  public:
    Pieces(std::shared_ptr<const OpenFile> file, http::ByteRange part)
        : file_(std::move(file)), offset_(part.offset), left_(part.length) {}

    Task<Result<std::string>> next() {
        std::string piece(std::min<std::uint64_t>(left_, kPiece), '\0');
        if (piece.empty()) co_return piece;
        const auto got = co_await file_->reader->read(offset_, piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail_unavailable("object ended early: " + file_->key);
        piece.resize(*got);
        offset_ += *got;
        left_ -= *got;
        co_return piece;
    }

  private:
    std::shared_ptr<const OpenFile> file_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

void set_body(
    http::Response& response, std::shared_ptr<const OpenFile> file, http::ByteRange part
) {
    const int descriptor = file->reader->descriptor();
    if (descriptor >= 0) {
        response.body = http::FileBody{
            .descriptor = descriptor,
            .offset = part.offset,
            .length = part.length,
            .keep = file->reader
        };
        return;
    }
    const auto pieces = std::make_shared<Pieces>(std::move(file), part);
    response.body =
        http::StreamBody{.next = [pieces]() { return pieces->next(); }, .length = part.length};
}

Task<Result<http::Response>> serve(OpenFiles& files, http::Request& request, bool cross_site) {
    auto wanted =
        media_file(request.param("asset"), request.param("version"), request.param("file"));
    if (!wanted) co_return fail(Errc::not_found, "Not Found");
    const auto opened = co_await files.open(std::move(wanted->key));
    if (!opened && opened.error().code == Errc::not_found)
        co_return fail(Errc::not_found, "Not Found");
    if (!opened) co_return std::unexpected(opened.error());
    const OpenFile& file = **opened;
    http::Response response;
    response.headers.reserve(16);
    response.set("Cache-Control", "public, max-age=31536000, immutable");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Cross-Origin-Resource-Policy", cross_site ? "cross-origin" : "same-site");
    const http::Representation whole{
        .etag = file.etag,
        .content_type = std::string(wanted->content_type),
        .size = file.reader->size()
    };
    const auto part = http::answer_with(request, whole, response);
    if (part) set_body(response, *opened, *part);
    co_return response;
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

void add_media_routes(http::Router& router, OpenFiles& files, bool cross_site) {
    router.add(
        http::Method::get, "/media/:asset/:version/:file",
        http::handler([&files, cross_site](http::Request& request) {
            return serve(files, request, cross_site);
        })
    );
}

}  // namespace reelshare::delivery
