#pragma once
// The web client inside the program. web/pack.mjs writes the source file that defines it from the
// built client (web/dist), so that there is one file to ship.

#include <span>
#include <string_view>

namespace reelshare::delivery {

/// One file of the client with every encoding it is sent in. All views live as long as the program.
struct EmbeddedFile {
    std::string_view path;          ///< As in the address: "/index.html", "/assets/index-B1c2.js".
    std::string_view content_type;  ///< With the charset where it is text.
    bool immutable;                 ///< The name has a hash of the content: may be cached for ever.
    std::string_view identity;
    std::string_view gzip;    ///< Empty where it would not be smaller than `identity`.
    std::string_view brotli;  ///< Empty where it would not be smaller than `identity`.
    std::string_view etag;    ///< Strong, quoted, of `identity`; add a suffix for each encoding.
};

/// Sorted by path.
std::span<const EmbeddedFile> embedded_web();

}  // namespace reelshare::delivery
