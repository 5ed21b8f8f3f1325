#include "videos/cached_answer.hpp"

#include "http/conditional.hpp"

#include <algorithm>

namespace reelshare::videos {

namespace {

/// What goes out, and how its encoding is called in Content-Encoding and in the ETag.
struct Choice {
    http::SharedBytes bytes;
    std::string_view encoding{};
    std::string_view suffix{};
};

Choice choose(const http::Request& request, const cache::Entry& entry) {
    const http::Encoding wanted = http::negotiate(request.header("accept-encoding"));
    if (wanted == http::Encoding::brotli && entry.brotli) return {entry.brotli, "br", "-br"};
    if (wanted == http::Encoding::gzip && entry.gzip) return {entry.gzip, "gzip", "-gz"};
    return {.bytes = entry.identity};
}

}  // namespace

http::Response cached_answer(
    const http::Request& request, const cache::Entry& entry, std::string_view cache_control
) {
    const Choice choice = choose(request, entry);
    // A strong validator names bytes, so each encoding has its own.
    std::string etag = entry.etag;
    etag.insert(etag.size() - 1, choice.suffix);
    http::Response response;
    response.headers.reserve(12);
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Cache-Control", cache_control);
    response.headers.emplace_back("Vary", "Accept-Encoding");
    const std::string_view known = request.header("if-none-match");
    if (!known.empty() && http::matches_etag(known, etag)) {
        response.status = 304;
        return response;
    }
    response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    if (!choice.encoding.empty())
        response.headers.emplace_back("Content-Encoding", choice.encoding);
    response.body = choice.bytes;
    return response;
}

}  // namespace reelshare::videos
