#pragma once
// What the metrics page says of the process as a whole and of what it depends on.

#include "app/config.hpp"
#include "app/foundation.hpp"

#include <atomic>
#include <memory>

namespace reelshare::app {

/// Registers build, process, log, executor and disk figures, and looks after the queue and the
/// dependencies every few seconds: the page itself asks nobody, so that it answers when they do
/// not.
class Vitals {
  public:
    /// `base` must be open, and outlive the metrics page.
    Vitals(const Config& config, Foundation& base);

    /// Looks until `stopping`. Spawned on any loop; takes what it needs by value.
    Task<void> watch(const std::atomic<bool>& stopping);

  private:
    struct Figures;

    Task<void> look_at_queue();
    Task<void> look_at_dependencies();
    void note(const char* dependency, bool good);

    Foundation& base_;
    std::shared_ptr<Figures> figures_;
};

}  // namespace reelshare::app
