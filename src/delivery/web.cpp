#include "delivery/web.hpp"

#include "http/conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

namespace reelshare::delivery {

namespace {

constexpr std::string_view kPage = "/index.html";

/// Bytes of the program as answers share them. Copied when they are first asked for: all of them
/// in all codings are 2 MB, which most servers never send and every start would pay for.
class Shareable {
  public:
    explicit Shareable(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] http::SharedBytes share() {
        std::call_once(copied_, [this] { copy_ = std::make_shared<const std::string>(bytes_); });
        return copy_;
    }

  private:
    std::string_view bytes_;
    std::once_flag copied_;
    http::SharedBytes copy_;
};

struct Served {
    explicit Served(const EmbeddedFile& of)
        : file(&of), identity(of.identity), gzip(of.gzip), brotli(of.brotli) {}

    const EmbeddedFile* file;
    Shareable identity;
    Shareable gzip;
    Shareable brotli;
};

std::string page_policy(std::string_view media_origin) {
    const std::string media = media_origin.empty() ? "" : fmt::format(" {}", media_origin);
    return fmt::format(
        "default-src 'self'; img-src 'self' data: blob:{0}; media-src 'self' blob:{0}; "
        "connect-src 'self'{0}; script-src 'self'; worker-src 'self' blob:; style-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
        media
    );
}

/// The page that explains the API styles its elements one by one; its scripts are files like ours.
std::string docs_policy() {
    return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
           "connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
           "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
}

bool is_under(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

Error no_such_address(const http::Request& request) {
    return {
        .code = Errc::not_found, .message = "Not Found", .fields = {{request.path, "API Not Found"}}
    };
}

class WebClient {
  public:
    WebClient(std::span<const EmbeddedFile> files, std::string_view media_origin)
        : files_(files), policy_(page_policy(media_origin)) {
        for (const EmbeddedFile& file : files) served_.emplace_back(file);
    }

    [[nodiscard]] Result<http::Response> answer(const http::Request& request) {
        for (const std::string_view folder : {"/api", "/media", "/metrics"})
            if (is_under(request.path, folder)) return std::unexpected(no_such_address(request));
        const EmbeddedFile* file = web_file(files_, request.path);
        if (!file) return std::unexpected(no_such_address(request));
        return answer(request, served_[static_cast<std::size_t>(file - files_.data())]);
    }

  private:
    [[nodiscard]] http::Response answer(const http::Request& request, Served& served) const {
        const http::Encoding wanted = http::negotiate(request.header("accept-encoding"));
        const bool brotli = wanted == http::Encoding::brotli && !served.brotli.empty();
        const bool gzip = wanted == http::Encoding::gzip && !served.gzip.empty();
        std::string etag(served.file->etag);
        etag.insert(etag.size() - 1, brotli ? "-br" : gzip ? "-gz" : "");
        http::Response response;
        response.set("ETag", etag).set("Vary", "Accept-Encoding");
        response.set(
            "Cache-Control",
            served.file->immutable ? "public, max-age=31536000, immutable" : "no-cache"
        );
        const bool docs = is_under(served.file->path, "/docs");
        response.set("Content-Security-Policy", docs ? docs_policy() : policy_);
        const std::string_view known = request.header("if-none-match");
        if (!known.empty() && http::matches_etag(known, etag)) {
            response.status = 304;
            return response;
        }
        response.set("Content-Type", std::string(served.file->content_type));
        if (brotli || gzip) response.set("Content-Encoding", brotli ? "br" : "gzip");
        response.body = (brotli ? served.brotli : gzip ? served.gzip : served.identity).share();
        return response;
    }

    std::span<const EmbeddedFile> files_;
    std::deque<Served> served_;  ///< Of what cannot be moved.
    std::string policy_;
};

}  // namespace

const EmbeddedFile* web_file(std::span<const EmbeddedFile> files, std::string_view path) {
    const auto exact = [&](std::string_view name) -> const EmbeddedFile* {
        const auto found = std::ranges::lower_bound(files, name, {}, &EmbeddedFile::path);
        return found != files.end() && found->path == name ? &*found : nullptr;
    };
    if (const EmbeddedFile* file = exact(path)) return file;
    if (const EmbeddedFile* file = exact(std::string(path) + "/index.html")) return file;
    const std::string_view last = path.substr(path.rfind('/') + 1);
    return last.find('.') == std::string_view::npos ? exact(kPage) : nullptr;
}

void add_web_routes(
    http::Router& router, std::string media_origin, std::span<const EmbeddedFile> files
) {
    const auto client = std::make_shared<WebClient>(files, media_origin);
    router.add(
        http::Method::get, "/*path",
        http::handler([client](http::Request& request) -> Task<Result<http::Response>> {
            co_return client->answer(request);
        })
    );
}

}  // namespace reelshare::delivery
