#include "delivery/media.hpp"

#include "base/clock.hpp"
#include "base/id.hpp"
#include "http/conditional.hpp"

#include <boost/asio/this_coro.hpp>

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

/// The bytes of an object that lies somewhere else, part after part. One part is held; the next is
/// being read meanwhile. A client that takes nothing holds up nobody: no more is read than that.
class Pieces {
  public:
    Pieces(PartCache& parts, std::shared_ptr<const OpenFile> file, http::ByteRange part)
        : parts_(parts), file_(std::move(file)), offset_(part.offset), left_(part.length) {}

    /// Fetches the first part, so that what cannot be read is an answer of its own.
    Task<Result<void>> begin() {
        if (left_ == 0) co_return Result<void>();
        auto part = co_await fetch();
        if (!part) co_return std::unexpected(part.error());
        first_ = std::move(*part);
        co_return Result<void>();
    }

    Task<Result<std::optional<std::string>>> next() {
        if (left_ == 0) co_return std::nullopt;
        PartCache::Bytes part = std::exchange(first_, nullptr);
        if (!part) {
            auto fetched = co_await fetch();
            if (!fetched) co_return std::unexpected(fetched.error());
            part = std::move(*fetched);
        }
        const std::size_t start = offset_ % PartCache::kPart;
        if (start >= part->size()) co_return fail_unavailable("object ended early: " + file_->key);
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(left_, part->size() - start));
        offset_ += size;
        left_ -= size;
        co_return part->substr(start, size);
    }

  private:
    Task<Result<PartCache::Bytes>> fetch() {
        const std::uint64_t index = offset_ / PartCache::kPart;
        const std::uint64_t behind = (index + 1) * PartCache::kPart;
        if (behind < offset_ + left_) {
            const auto executor = co_await asio::this_coro::executor;
            parts_.read_ahead(executor, file_, index + 1);
        }
        auto part = co_await parts_.get(file_, index);
        co_return part;
    }

    PartCache& parts_;
    std::shared_ptr<const OpenFile> file_;
    std::uint64_t offset_;
    std::uint64_t left_;
    PartCache::Bytes first_;
};

Task<Result<void>> set_body(
    PartCache& parts,
    http::Response& response,
    std::shared_ptr<const OpenFile> file,
    http::ByteRange part
) {
    const int descriptor = file->reader->descriptor();
    if (descriptor >= 0) {
        response.body = http::FileBody{
            .descriptor = descriptor,
            .offset = part.offset,
            .length = part.length,
            .keep = file->reader
        };
        co_return Result<void>();
    }
    const auto pieces = std::make_shared<Pieces>(parts, std::move(file), part);
    auto begun = co_await pieces->begin();
    if (!begun) co_return begun;
    response.body =
        http::StreamBody{.next = [pieces]() { return pieces->next(); }, .length = part.length};
    co_return Result<void>();
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
    const auto opened = co_await parts.files.open(std::move(wanted->key));
    if (!opened && opened.error().code == Errc::not_found)
        co_return fail(Errc::not_found, "Not Found");
    if (!opened) co_return std::unexpected(opened.error());
    const OpenFile& file = **opened;
    http::Response response;
    response.headers.reserve(16);
    response.set("Cache-Control", std::move(*cache_control));
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Cross-Origin-Resource-Policy", parts.cross_site ? "cross-origin" : "same-site");
    const http::Representation whole{
        .etag = file.etag,
        .content_type = std::string(wanted->content_type),
        .size = file.reader->size()
    };
    const auto part = http::answer_with(request, whole, response);
    if (!part || request.method == http::Method::head) {
        if (part) response.body = http::StreamBody{.next = {}, .length = part->length};
        co_return response;
    }
    auto set = co_await set_body(parts.parts, response, *opened, *part);
    if (!set) co_return std::unexpected(set.error());
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
