#pragma once
// Text as listed words are looked for in it: so that a disguise does not help.

#include <string>
#include <string_view>

namespace reelshare::words {

/// Compatibility forms (full-width, ligatures, mathematical letters) as plain ones, case and
/// accents taken away, what has no width left out, and what is neither letter nor digit turned into
/// single spaces. "" where nothing is left, or for what is not UTF-8.
[[nodiscard]] std::string fold(std::string_view text);

/// Whether a folded text holds a folded word by itself. One with letters beyond ASCII is found
/// inside others too: many scripts write no spaces.
[[nodiscard]] bool holds(std::string_view folded_text, std::string_view folded_word);

}  // namespace reelshare::words
