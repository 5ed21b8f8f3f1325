#pragma once
// Paths to media that is not for everybody: /media/<asset>/<signature>/<version>/<file>. One
// signature covers every file of the asset, so the relative names in its playlists go on working in
// any player.

#include "base/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace reelshare::delivery {

class PathSigner {
  public:
    /// Clocks of nodes may differ by this much.
    static constexpr std::chrono::seconds kLeeway{60};
    /// Signatures end on multiples of this, so that within it a link stays the same and what it
    /// names is fetched once. A new one is good for one to two of it.
    static constexpr std::chrono::seconds kStep = std::chrono::hours(1);

    /// Its key is derived from `secret`, which all nodes share.
    explicit PathSigner(std::string_view secret);

    /// "<when it ends>-<signature>": one path segment.
    [[nodiscard]] std::string sign(std::string_view asset, UnixMillis now) const;

    /// The same, told apart: good also for what was taken from everybody else.
    [[nodiscard]] std::string sign_for_moderators(std::string_view asset, UnixMillis now) const;

    struct Permit {
        std::int64_t seconds = 0;  ///< For how many more the segment is good; at least 1.
        bool for_moderators = false;
    };
    /// Nothing where the segment is not ours, of another asset, or has ended.
    [[nodiscard]] std::optional<Permit> verify(
        std::string_view asset, std::string_view segment, UnixMillis now
    ) const;

  private:
    [[nodiscard]] std::string signed_end(
        std::string_view asset, UnixMillis now, std::string_view mark
    ) const;
    [[nodiscard]] std::string seal(std::string_view asset, std::string_view end) const;

    std::string key_;
};

}  // namespace reelshare::delivery
