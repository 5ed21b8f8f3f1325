#pragma once
// Text as it is compared and searched: lower case and words, of every script. All of it takes valid
// UTF-8.

#include <string>
#include <string_view>
#include <vector>

namespace reelshare {

/// Lower case, whatever locale the process runs in.
[[nodiscard]] std::string fold_case(std::string_view text);

/// The run of letters, digits and underscores at the front of `text`, which may be empty.
[[nodiscard]] std::string_view word_at_front(std::string_view text);
/// The code point at the front of `text`, which is not empty, as bytes.
[[nodiscard]] std::string_view code_point_at_front(std::string_view text);

/// The words of a text, folded, in order: runs of letters and digits and nothing else. So a word is
/// never syntax to whoever searches for it. At most `most` of them, at most 64 code points of each.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text, std::size_t most);

}  // namespace reelshare
