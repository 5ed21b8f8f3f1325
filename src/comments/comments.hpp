#pragma once
// Comments, their replies and the likes on them: rules and SQL. Threads are two levels deep: a
// reply to a reply belongs to the comment that began the thread. Deleting a comment deletes its
// replies and their likes.

#include "base/task.hpp"
#include "cache/bus.hpp"
#include "cache/near_cache.hpp"
#include "db/database.hpp"
#include "videos/videos.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace reelshare::comments {

/// How many code points a comment may have.
inline constexpr std::size_t kMaxContent = 1000;

/// Which part of a list: behind `after_id` ("": from the start), then `offset` further.
struct Part {
    std::string after_id;
    std::int64_t offset = 0;
    std::int64_t limit = 0;
};

/// Who reads a list.
struct Reader {
    std::string id;       ///< "" for a guest.
    std::string origin;   ///< What links begin with.
    bool judges = false;  ///< A moderator: also sees what was taken from everybody.
};

struct CommentList {
    boost::json::array comments;
    std::string last_id;     ///< Of the last one; "" where the list is empty.
    bool more = false;       ///< There are others behind it.
    std::int64_t total = 0;  ///< Of the whole list.
};

/// Like state after a change.
struct CommentLikeState {
    std::int64_t like_count = 0;
    bool is_liked = false;
};

struct RemovedComment {
    std::string video_id;
    std::string thread_id;  ///< Itself, where it began the thread.
    std::string author_id;
    std::string content;
};

/// Deletes a comment with its replies and takes them off the counts. `not_found`.
Task<Result<RemovedComment>> remove_comment(db::Transaction& tx, std::string id);

/// Thread-safe. `viewer_id` is "" for a guest. Errors of all methods: `not_found` where the comment
/// or post does not exist or is on a post that this viewer may not see.
class Comments {
  public:
    Comments(
        db::Database& database,
        cache::NearCache& near_cache,
        cache::Bus& bus,
        videos::Videos& videos
    );

    /// The new comment, as {id, content, userId, videoId, parentCommentId, createdAt, updatedAt}.
    /// The counts of post and comment change in its transaction.
    Task<Result<boost::json::object>> add(
        std::string video_id, std::string user_id, std::string content
    );
    /// The same under a comment, or under the comment that the reply `comment_id` belongs to.
    Task<Result<boost::json::object>> reply(
        std::string comment_id, std::string user_id, std::string content
    );

    /// By the author only: `forbidden` for others.
    Task<Result<boost::json::object>> change(
        std::string id, std::string user_id, std::string content
    );
    /// The same; with `any_author` everybody's, also what was taken away, which the audit log
    /// tells.
    Task<Result<void>> remove(std::string id, std::string user_id, bool any_author);

    /// Idempotent.
    Task<Result<CommentLikeState>> change_like(std::string id, std::string user_id, bool like);

    /// Those that began a thread, newest first; each with isLiked of the viewer.
    Task<Result<CommentList>> of_video(std::string video_id, Reader reader, Part part);
    /// Oldest first. A reply has none.
    Task<Result<CommentList>> replies_of(std::string comment_id, Reader reader, Part part);

    /// Tells every node to drop what shows the comments of a post and, unless "", the replies of a
    /// thread.
    void changed(const std::string& video_id, const std::string& thread_id);

  private:
    void lists_changed(const std::string& video_id, const std::string& thread_id);
    Task<Result<void>> require_author(
        db::Transaction& tx, std::string id, std::string user_id, bool any_author
    );

    db::Database& database_;
    cache::NearCache& near_cache_;
    cache::Bus& bus_;
    videos::Videos& videos_;
};

}  // namespace reelshare::comments
