#pragma once

#include <string_view>

namespace reelshare::objects {

/// Whether `key` is one that `store.hpp` allows. Prefixes for listing may end in a slash or be
/// empty.
[[nodiscard]] bool is_key(std::string_view key);
[[nodiscard]] bool is_prefix(std::string_view prefix);

}  // namespace reelshare::objects
