#pragma once
// The features of the product, in the order in which they build upon each other, and their routes.

#include "accounts/accounts.hpp"
#include "app/config.hpp"
#include "app/foundation.hpp"
#include "cache/near_cache.hpp"
#include "delivery/open_files.hpp"
#include "delivery/part_cache.hpp"
#include "delivery/signed_path.hpp"
#include "http/router.hpp"
#include "processing/worker.hpp"
#include "uploads/uploads.hpp"
#include "videos/events.hpp"
#include "videos/videos.hpp"
#include "videos/view_counter.hpp"

#include <memory>
#include <string>

namespace reelshare::app {

/// How this installation processes clips, `workers` at once.
[[nodiscard]] processing::WorkerOptions worker_options(const Config& config, unsigned workers);

/// Everything that `serve` offers. `config` and `base` must outlive it.
class Features {
  public:
    /// `secret`: signs tokens; at least 32 bytes.
    Features(const Config& config, Foundation& base, const std::string& secret);

    [[nodiscard]] http::Router routes();

    cache::NearCache near_cache;
    accounts::Passwords passwords;
    accounts::Accounts accounts;
    videos::Videos videos;
    videos::ViewCounter views;
    videos::EventStreams events;
    delivery::OpenFiles files;
    delivery::PartCache parts;
    processing::Publisher publisher;
    /// Its timers live on the server's loops: reset it before the server goes.
    std::unique_ptr<processing::Worker> worker;
    uploads::Uploads uploads;

  private:
    const Config& config_;
    Foundation& base_;
    std::string viewer_salt_;
    delivery::PathSigner path_signer_;
};

}  // namespace reelshare::app
