#include "delivery/object_answer.hpp"

#include "http/conditional.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace reelshare::delivery {

namespace {

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

}  // namespace

Task<Result<http::Response>> answer_object(
    OpenFiles& files, PartCache& parts, const http::Request& request, AskedObject asked
) {
    const auto opened = co_await files.open(std::move(asked.key));
    if (!opened && opened.error().code == Errc::not_found)
        co_return fail(Errc::not_found, "Not Found");
    if (!opened) co_return std::unexpected(opened.error());
    const OpenFile& file = **opened;
    http::Response response;
    response.headers.reserve(16);
    response.set("Cache-Control", std::move(asked.cache_control));
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Cross-Origin-Resource-Policy", asked.cross_site ? "cross-origin" : "same-site");
    const http::Representation whole{
        .etag = file.etag,
        .content_type = std::move(asked.content_type),
        .size = file.reader->size()
    };
    const auto part = http::answer_with(request, whole, response);
    if (!part || request.method == http::Method::head) {
        if (part) response.body = http::StreamBody{.next = {}, .length = part->length};
        co_return response;
    }
    auto set = co_await set_body(parts, response, *opened, *part);
    if (!set) co_return std::unexpected(set.error());
    co_return response;
}

}  // namespace reelshare::delivery
