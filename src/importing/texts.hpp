#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reelshare::importing {

/// Without the white space around it, and no longer than `most` code points. `text` is valid UTF-8,
/// as PostgreSQL sees to.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t most);
/// The same; `cut` is told where something was lost.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t most, std::int64_t& cut);

}  // namespace reelshare::importing
