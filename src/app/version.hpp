#pragma once

#include <string_view>

namespace reelshare::app {

inline constexpr std::string_view kVersion = REELSHARE_VERSION;

}  // namespace reelshare::app
