#pragma once
// Where the file of a clip may be, by what its row says. A ReelServer keeps
// "<public address>/<bucket>/videos/<time>_<name of the file>", with the name as it was uploaded:
// spaces, percent signs and all.

#include <string>
#include <string_view>
#include <vector>

namespace reelshare::importing {

/// The row's own address, as a browser would ask for it, then with every character of its path
/// meant as it stands. Empty where it is no http(s) address.
[[nodiscard]] std::vector<std::string> own_addresses(std::string_view video_url);

/// The same at `origin` ("http://host:port", perhaps with a path) instead of where the row says.
[[nodiscard]] std::vector<std::string> addresses_at(
    std::string_view origin, std::string_view video_url
);

/// The names it may have in a bucket or in a copy of one: without the bucket's name in front and
/// with it, as it stands and with its escapes read. None goes up ("..") or is empty.
[[nodiscard]] std::vector<std::string> names_of(std::string_view video_url);

/// Escapes everything that is not plain in the path of a URL, percent signs too.
[[nodiscard]] std::string escaped_path(std::string_view path);

}  // namespace reelshare::importing
