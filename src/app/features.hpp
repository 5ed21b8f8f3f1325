#pragma once
// The features of the product, in the order in which they build upon each other, and their routes.

#include "accounts/accounts.hpp"
#include "accounts/password_resets.hpp"
#include "app/config.hpp"
#include "app/foundation.hpp"
#include "cache/near_cache.hpp"
#include "comments/comments.hpp"
#include "delivery/open_files.hpp"
#include "delivery/part_cache.hpp"
#include "delivery/signed_path.hpp"
#include "exports/exports.hpp"
#include "follows/blocks.hpp"
#include "follows/follows.hpp"
#include "http/router.hpp"
#include "idempotency/keys.hpp"
#include "limits/limiter.hpp"
#include "moderation/moderation.hpp"
#include "notifications/notifications.hpp"
#include "outbound/mailer.hpp"
#include "processing/worker.hpp"
#include "profiles/avatar_maker.hpp"
#include "profiles/profiles.hpp"
#include "search/suggestions.hpp"
#include "uploads/resumable.hpp"
#include "uploads/uploads.hpp"
#include "videos/events.hpp"
#include "videos/videos.hpp"
#include "videos/view_counter.hpp"
#include "words/words.hpp"

#include <memory>
#include <string>
#include <vector>

namespace reelshare::app {

/// How this installation processes clips, `workers` at once.
[[nodiscard]] processing::WorkerOptions worker_options(
    const Config& config, const Foundation& base, unsigned workers
);

/// Jobs that the last run of this installation left behind go back into the queue. Where other
/// processes share the database they may be at work: there, leases run out.
Result<void> requeue_interrupted(Foundation& base);

/// Everything that `serve` offers. `config` and `base` must outlive it.
class Features {
  public:
    /// `secrets`: sign tokens, the current one first; at least 32 bytes each.
    Features(const Config& config, Foundation& base, const std::vector<std::string>& secrets);

    /// Messages of other nodes may arrive until here.
    ~Features();
    Features(const Features&) = delete;
    Features& operator=(const Features&) = delete;

    [[nodiscard]] http::Router routes();

    cache::NearCache near_cache;
    accounts::Passwords passwords;
    accounts::Accounts accounts;
    std::unique_ptr<outbound::Mailer> mailer;
    accounts::PasswordResets resets;
    idempotency::Keys idempotency_keys;
    std::unique_ptr<limits::Quota> shared_quota;  ///< Null where there is no Redis.
    std::unique_ptr<limits::Limiter> limiter;     ///< Null where RATE_LIMIT is off.
    words::Words words;
    videos::Videos videos;
    comments::Comments comments;
    moderation::Moderation moderation;
    notifications::Notifications notifications;
    follows::Follows follows;
    follows::Blocks blocks;
    search::Suggestions suggestions;
    profiles::Profiles profiles;
    profiles::AvatarMaker avatars;
    videos::ViewCounter views;
    videos::EventStreams events;
    delivery::OpenFiles files;
    delivery::PartCache parts;
    processing::Publisher publisher;
    /// Its timers live on the server's loops: reset it before the server goes.
    std::unique_ptr<processing::Worker> worker;
    uploads::Uploads uploads;
    uploads::Resumables resumables;
    exports::Exports exports;

  private:
    const Config& config_;
    Foundation& base_;
    std::string viewer_salt_;
    delivery::PathSigner path_signer_;
};

}  // namespace reelshare::app
