#pragma once
// The words that the most common passwords are made of, with or without digits behind them.

#include <string_view>

namespace reelshare::accounts {

/// Lower case letters, without a change of letters into digits.
[[nodiscard]] bool is_common_word(std::string_view word);

}  // namespace reelshare::accounts
