#pragma once
// The counting rule (GCRA): one number per client, the time at which its quota is whole again.
// A request moves it on by window / limit; where that would lie further than a window ahead, the
// quota is spent. No windows that begin and end, so no burst of twice the limit at their seam.

#include "limits/policy.hpp"

#include <cstdint>

namespace reelshare::limits {

using Micros = std::int64_t;

struct Taken {
    int granted = 0;             ///< Of what was wanted.
    std::int64_t remaining = 0;  ///< What could still be taken now.
    Micros reset = 0;            ///< Until the quota is whole again.
    Micros retry_after = 0;      ///< Until the next one can be taken; 0: now.
};

/// Takes up to `want` at `now`. `whole_at` is the client's number, 0 at first; both count from the
/// same moment.
[[nodiscard]] Taken take(const Policy& policy, Micros& whole_at, Micros now, int want);

}  // namespace reelshare::limits
