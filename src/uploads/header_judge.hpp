#pragma once
// Refuses a clip by what it says of itself, as soon as it says so: long before it has arrived
// whole.

#include "base/error.hpp"
#include "uploads/header_reader.hpp"

#include <cstdint>
#include <span>

namespace reelshare::uploads {

struct HeaderLimits {
    double max_duration_s = 180;
    std::uint64_t max_pixels = 4096ull * 4096;  ///< Of one picture.
};

class HeaderJudge {
  public:
    explicit HeaderJudge(HeaderLimits limits) : limits_(limits) {}

    /// The next bytes of the file, from its first on. `unsupported` (no picture) or `too_large`
    /// (too long, too large a picture) once, when it is known.
    Result<void> take(std::span<const char> bytes);

  private:
    [[nodiscard]] Result<void> judge(const HeaderClaims& claims) const;

    HeaderLimits limits_;
    HeaderReader reader_;
};

}  // namespace reelshare::uploads
