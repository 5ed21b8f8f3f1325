#pragma once
// The count that decides: of one process, or shared by all nodes.

#include "base/error.hpp"
#include "limits/gcra.hpp"

#include <functional>
#include <memory>
#include <string>

namespace reelshare::limits {

/// Thread-safe.
class Quota {
  public:
    virtual ~Quota() = default;

    using Done = std::function<void(Result<Taken>)>;

    /// Takes up to `want` from the quota of `key`. `done` is called once, on any thread, possibly
    /// before this returns. Errors: `unavailable`, `timeout`.
    virtual void take(std::string key, const Policy& policy, int want, Done done) = 0;

    /// Whether asking makes sense right now.
    [[nodiscard]] virtual bool available() const = 0;
};

/// Counts in this process; answers at once. Bounded: forgets who was not seen for longest.
[[nodiscard]] std::unique_ptr<Quota> make_memory_quota();

}  // namespace reelshare::limits
