#pragma once
// The features of the product, in the order in which they build upon each other, and their routes.

#include "accounts/accounts.hpp"
#include "accounts/password_resets.hpp"
#include "app/config.hpp"
#include "app/foundation.hpp"
#include "cache/near_cache.hpp"
#include "delivery/open_files.hpp"
#include "http/router.hpp"
#include "outbound/mailer.hpp"
#include "processing/worker.hpp"
#include "uploads/resumable.hpp"
#include "uploads/uploads.hpp"
#include "videos/events.hpp"
#include "videos/videos.hpp"
#include "videos/view_counter.hpp"

#include <memory>
#include <string>
#include <vector>

namespace reelshare::app {

/// How this installation processes clips, `workers` at once.
[[nodiscard]] processing::WorkerOptions worker_options(const Config& config, unsigned workers);

/// Everything that `serve` offers. `config` and `base` must outlive it.
class Features {
  public:
    /// `secrets`: sign tokens, the current one first; at least 32 bytes each.
    Features(const Config& config, Foundation& base, const std::vector<std::string>& secrets);

    [[nodiscard]] http::Router routes();

    cache::NearCache near_cache;
    accounts::Passwords passwords;
    accounts::Accounts accounts;
    std::unique_ptr<outbound::Mailer> mailer;
    accounts::PasswordResets resets;
    videos::Videos videos;
    videos::ViewCounter views;
    videos::EventStreams events;
    delivery::OpenFiles files;
    processing::Publisher publisher;
    /// Its timers live on the server's loops: reset it before the server goes.
    std::unique_ptr<processing::Worker> worker;
    uploads::Uploads uploads;
    uploads::Resumables resumables;

  private:
    const Config& config_;
    Foundation& base_;
    std::string viewer_salt_;
};

}  // namespace reelshare::app
