#include "limits/gcra.hpp"

#include <algorithm>

namespace reelshare::limits {

Taken take(const Policy& policy, Micros& whole_at, Micros now, int want) {
    const Micros window = std::chrono::microseconds(policy.window).count();
    const Micros step = std::max<Micros>(1, window / policy.limit);
    const Micros most = step * policy.limit;  // The window without what the division left over.
    Micros used = std::max<Micros>(0, whole_at - now);
    const Micros free = std::max<Micros>(0, (most - used) / step);
    const Micros granted = std::min<Micros>(want, free);
    used += granted * step;
    whole_at = now + used;
    const Micros remaining = std::max<Micros>(0, (most - used) / step);
    return {
        .granted = static_cast<int>(granted),
        .remaining = remaining,
        .reset = used,
        .retry_after = remaining > 0 ? 0 : used + step - most
    };
}

}  // namespace reelshare::limits
