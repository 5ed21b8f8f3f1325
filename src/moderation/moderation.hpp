#pragma once
// What moderators do. Each deed, its line in the audit log and the end of the reports about it are
// one transaction, and in force before the next page is served.

#include "accounts/accounts.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "comments/comments.hpp"
#include "db/database.hpp"
#include "videos/videos.hpp"
#include "videos/withholding.hpp"
#include "words/words.hpp"

#include <string>

namespace reelshare::moderation {

/// Who acts, on what, and why. An actor without an id is the operator at the command line, who may
/// do everything.
struct Order {
    accounts::Viewer actor;
    std::string subject;  ///< An id, or a word.
    std::string reason;
};

/// Thread-safe. `not_found` from all methods: no such thing.
class Moderation {
  public:
    Moderation(
        db::Database& database,
        cache::NearCache& near_cache,
        cache::Bus& bus,
        accounts::Accounts& accounts,
        videos::Videos& videos,
        comments::Comments& comments,
        words::Words& words
    );

    /// Hidden: gone for everybody but moderators, with its comments and its media.
    Task<Result<void>> hide_video(Order order, bool hidden);
    /// The same for a comment with its replies.
    Task<Result<void>> hide_comment(Order order, bool hidden);
    /// Banned: all sessions end at once, and all posts and comments are gone for everybody but
    /// moderators until it is taken back. `forbidden`: oneself, or somebody whose role is not below
    /// the actor's.
    Task<Result<void>> ban_user(Order order, bool banned);
    /// `forbidden`: one's own.
    Task<Result<void>> give_role(Order order, accounts::Role role);
    /// Closes a report without doing anything else.
    Task<Result<void>> dismiss_report(Order order);
    /// Puts a word on the list, or takes it off (`not_found` where it is not on it).
    Task<Result<void>> list_word(Order order, bool listed);

  private:
    void tell(const videos::Withheld& withheld);

    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
    accounts::Accounts& accounts_;
    videos::Videos& videos_;
    comments::Comments& comments_;
    words::Words& words_;
};

}  // namespace reelshare::moderation
