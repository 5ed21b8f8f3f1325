#pragma once
// Posts: rules and SQL. A post points to an asset; it is listed once the asset can be played.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"
#include "delivery/media.hpp"
#include "delivery/media_links.hpp"
#include "videos/liked_sets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::videos {

/// The visibility of a post that only its owner sees.
inline constexpr std::string_view kPrivate = "private";

/// What begins the tag under which nodes drop what they know of an asset's media; its id follows.
inline constexpr std::string_view kMediaTag = "media:";

struct NewVideo {
    std::string id;  ///< A fresh new_id().
    std::string uploader_id;
    std::string asset_id;
    std::string title;
    std::string description;
    std::string visibility = "public";  ///< "public", "unlisted" or "private" (its owner's only).
    std::vector<std::string> tags;
    std::optional<double> thumbnail_at;  ///< Seconds.
    std::string trace{};                 ///< The traceparent that its job goes on with.
};

/// Inserts the post, not listed yet. Part of the upload's transaction.
Task<Result<void>> insert_video(db::Transaction& tx, NewVideo video);

/// Makes the posts of an asset listed (or unlisted) according to the asset's state, their
/// visibility, and whether they were taken from everybody; returns their ids. Part of the publish
/// transaction: a post can have been deleted meanwhile.
Task<Result<std::vector<std::string>>> refresh_listing(db::Transaction& tx, std::string asset_id);

/// Like state after a change.
struct LikeState {
    std::int64_t like_count = 0;
    bool is_liked = false;
};

enum class LikeChange : std::uint8_t { like, unlike, toggle };

/// Posts of a list, in its order.
struct Slice {
    boost::json::array videos;
    std::string last_id;    ///< Of the last one; "" where the list is empty.
    double last_trend = 0;  ///< Of the last one.
    bool more = false;      ///< There are others behind it.
};

/// The place in the order of trend behind which a page begins.
struct TrendPlace {
    double trend = 0;
    std::string id;
};

/// What a change sets; what is not set stays.
struct VideoChange {
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::string> visibility;
    std::optional<std::vector<std::string>> tags;
};

/// What a deleted post leaves in the object store; empty where other posts still use it.
struct Leftovers {
    std::string asset_id;
    std::string source_key;
};

/// How far the processing of a post is.
struct Progress {
    std::string asset_id;
    std::string uploader_id;
    bool is_private = false;
    std::string status;                       ///< processing, playable, ready, failed
    std::string failure;                      ///< A sentence, where it failed.
    double fraction = 0;                      ///< 0 to 1
    std::optional<boost::json::object> work;  ///< As `work_state`, while it is processing.
};

struct FeedPlace;
struct FeedViewer;
struct FeedPage;
struct ListRequest;
struct SearchTerms;

/// Thread-safe. `origin`: scheme and authority that links begin with, from `link_origin`.
class Videos {
  public:
    /// `public_url`: PUBLIC_URL as configured; "" where links follow the host that a client asked
    /// for. `links`: makes the links to media.
    Videos(
        db::Database& database,
        cache::NearCache& near_cache,
        cache::Bus& bus,
        std::string public_url,
        delivery::MediaLinks links = delivery::MediaLinks()
    );

    [[nodiscard]] const std::string& public_url() const { return public_url_; }
    [[nodiscard]] const delivery::MediaLinks& links() const { return links_; }

    /// The video object of the contract. `not_found` where it does not exist or `viewer_id` ("" for
    /// a guest) may not see it: what is private or not playable is seen by its owner only. Without
    /// an origin links begin with PUBLIC_URL, or are relative where that is not configured.
    Task<Result<boost::json::object>> find(
        std::string id, std::string viewer_id, std::optional<std::string> origin = std::nullopt
    );

    /// `find` with `processing` (videos/work_state.hpp) where it cannot be played yet, prevVideoId,
    /// nextVideoId (neighbours in time among the listed) and, as the last field, isLiked: false.
    /// `judges` as in `find_for`.
    Task<Result<boost::json::object>> detail(
        std::string id, std::string viewer_id, std::string origin, bool judges = false
    );

    /// `find`; with `judges` for a moderator, who also sees what was taken from everybody, or is
    /// private and reported. Its media is signed for moderators then.
    Task<Result<boost::json::object>> find_for(
        std::string id, std::string viewer_id, bool judges, std::string origin
    );

    /// Listed posts older than `before_id` ("": from the newest), after skipping `offset`. Here
    /// and below: with a `viewer_id`, without those from whom this user is kept apart
    /// (accounts/blocking.hpp).
    Task<Result<Slice>> listed(
        std::string before_id,
        std::int64_t offset,
        std::int64_t limit,
        std::string origin,
        std::string viewer_id = {}
    );
    /// Listed posts by trend (ranking.hpp), the highest first. Those that rise between two pages
    /// are not found by the second; none comes twice unless it fell.
    Task<Result<Slice>> trending(
        std::optional<TrendPlace> after,
        std::int64_t limit,
        std::string origin,
        std::string viewer_id = {}
    );
    /// Listed posts that were searched for: see search_terms.hpp. The newest first, or the newest
    /// thousand of them by trend.
    Task<Result<Slice>> found(
        SearchTerms terms, ListRequest list, std::string origin, std::string viewer_id
    );
    /// Listed posts of those whom the user follows, the newest first.
    Task<Result<Slice>> of_followed(
        std::string user_id, std::string before_id, std::int64_t limit, std::string origin
    );
    /// Whether there is anybody from whom this user is kept apart. Near-cached, dropped by
    /// accounts::kWallsTag.
    Task<Result<bool>> has_walls(std::string user_id);
    /// The feed made for one viewer: see feed.hpp.
    Task<Result<FeedPage>> for_you(
        FeedViewer viewer, FeedPlace place, std::int64_t limit, std::string origin
    );
    /// How many posts are listed. Near-cached.
    Task<Result<std::int64_t>> count_listed();
    /// Posts of one user; with `all` also what is not listed. `not_found`: no such user.
    Task<Result<Slice>> of_user(
        std::string user_id, bool all, std::string before_id, std::int64_t limit, std::string origin
    );

    Task<Result<bool>> is_liked(std::string id, std::string user_id);
    /// The count changes in the transaction of the like. `not_found` as in `find`.
    Task<Result<LikeState>> change_like(std::string id, std::string user_id, LikeChange change);

    /// By the owner only: `forbidden` for others who may see it, else `not_found`. With `any_owner`
    /// by a moderator too, which the audit log tells.
    Task<Result<void>> change(
        std::string id, std::string user_id, VideoChange change, bool any_owner = false
    );
    Task<Result<Leftovers>> remove(std::string id, std::string user_id, bool any_owner = false);

    Task<Result<Progress>> progress(std::string id);

    /// Who may fetch the media of an asset: everybody where a post that is not private shows it,
    /// nobody where no post does or all of them were taken from everybody. Near-cached; another
    /// node learns of a change through the bus.
    Task<Result<delivery::MediaAccess>> media_access(std::string asset_id);
    /// {videoId, views, watches, watchedMs, averageWatchedMs, completionRate, viewsPerDay: [{day,
    /// views, watchedMs}] (the last 90 days that have any, the oldest first), retention: [{at,
    /// share}] (which share of the watches came at least so far, at every twentieth; empty before
    /// the first)}. For its owner: `not_found` and `forbidden` as in `change`.
    Task<Result<boost::json::object>> watched(std::string id, std::string user_id);

    /// Tells every node to drop what shows these posts, and every list.
    void changed(const std::vector<std::string>& video_ids);
    /// The same where only their counts changed: how many posts there are stays known.
    void counts_changed(const std::vector<std::string>& video_ids);
    /// Tells every node to ask anew what this user likes.
    void likes_changed(const std::string& user_id);
    /// Tells every node to ask anew who may fetch the media of this asset.
    void media_changed(const std::string& asset_id);

  private:
    struct Owned {
        std::string owner_id;
        std::string title;
    };
    void drop(std::string_view tag);
    Task<Result<Owned>> require_owner(
        db::Transaction& tx, std::string id, std::string user_id, bool any_owner
    );
    static Task<Result<void>> note_moderator(
        db::Transaction& tx, std::string user_id, std::string action, std::string id, Owned owned
    );

    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
    std::string public_url_;
    const delivery::MediaLinks links_;
    LikedSets liked_;
};

}  // namespace reelshare::videos
