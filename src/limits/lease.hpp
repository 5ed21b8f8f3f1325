#pragma once
// What one node knows of one client under a limit that all nodes share. A request is decided here
// and now: the node takes some of the shared quota ahead (a lease) and spends from it, asks for
// more in the background before it runs out, and lets a client run into debt for the moment that
// the answer takes. Its own count goes on all the time, so that without the shared quota a node
// still holds the whole limit by itself.
//
// Decides without I/O; the limiter does what it says.

#include "limits/gcra.hpp"

namespace reelshare::limits {

struct Decision {
    bool allowed = false;
    std::int64_t remaining = 0;
    Micros reset = 0;
    Micros retry_after = 0;  ///< Where refused.
    int ask = 0;             ///< Take so much of the shared quota and tell `granted` or `failed`.
};

class Lease {
  public:
    /// One request. `shared`: whether there is a shared quota to ask.
    Decision spend(const Policy& policy, Micros now, bool shared);

    /// The answer to what was asked for.
    void granted(const Policy& policy, Micros now, const Taken& taken);
    void failed();

  private:
    [[nodiscard]] int to_ask(const Policy& policy, Micros now);

    Micros whole_at_ = 0;       ///< This node's own count.
    Micros blocked_until_ = 0;  ///< The shared quota is spent.
    Micros granted_at_ = 0;     ///< When the last lease was given.
    std::int64_t shared_ = -1;  ///< Left in the shared quota, as far as we know; -1: never asked.
    int credit_ = 0;            ///< Of the lease; below 0: spent ahead.
    int asked_ = 0;             ///< Under way.
    int size_ = 1;              ///< Of the next lease: grows with how fast they are spent.
};

}  // namespace reelshare::limits
