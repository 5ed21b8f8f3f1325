#pragma once
// Which passwords nobody may choose: those that guessers try first. No rule about kinds of
// characters (NIST SP 800-63B §5.1.1.2): length and not being common is what counts.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::accounts {

inline constexpr std::size_t kMinPassword = 8;    ///< Code points.
inline constexpr std::size_t kMaxPassword = 256;  ///< Bounds the hashing of rubbish.

/// Why `password` is refused, as a sentence for its field; nothing where it is good. `personal`:
/// what others know of its owner, such as the name and the e-mail address.
[[nodiscard]] std::optional<std::string> password_fault(
    std::string_view password, std::initializer_list<std::string_view> personal
);

}  // namespace reelshare::accounts
