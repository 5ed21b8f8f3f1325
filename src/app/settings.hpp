#pragma once
// The settings as a document: docs/settings.md is what `reelshare settings` prints.

#include <string>

namespace reelshare::app {

/// A page in Markdown with a row for every option of `define_options`, in its order.
[[nodiscard]] std::string settings_page();

}  // namespace reelshare::app
