#pragma once

#include <string_view>

namespace reelshare::http {

/// The reason phrase of a status line; empty for a status nobody here sends.
[[nodiscard]] std::string_view reason_of(int status);

}  // namespace reelshare::http
