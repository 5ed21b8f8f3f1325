#pragma once
// The web client: its files, and its page for every address that is not the API's or the media's.

#include "delivery/embedded_web.hpp"
#include "http/router.hpp"

#include <span>
#include <string>
#include <string_view>

namespace reelshare::delivery {

/// The file for a path: itself, the page for what looks like a page (no extension), else none.
[[nodiscard]] const EmbeddedFile* web_file(
    std::span<const EmbeddedFile> files, std::string_view path
);

/// GET of everything that no other route takes; a JSON 404 under /api, /media and /metrics.
/// `media_origin`: where media comes from when that may be another origin than the page's
/// (PUBLIC_URL, MEDIA_BASE_URL; more than one with a space in between), else "".
void add_web_routes(
    http::Router& router,
    std::string media_origin,
    std::span<const EmbeddedFile> files = embedded_web()
);

}  // namespace reelshare::delivery
