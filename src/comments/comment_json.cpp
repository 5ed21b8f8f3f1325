#include "comments/comment_json.hpp"

#include "accounts/person.hpp"
#include "base/clock.hpp"

#include <boost/json/array.hpp>

namespace reelshare::comments {

namespace {

namespace json = boost::json;

enum Column : std::size_t {
    kId,
    kContent,
    kUserId,
    kVideoId,
    kParentId,
    kCreated,
    kUpdated,
    kUserName,
    kLikes,
    kReplies,
    kIsLiked,
    kHidden,
    kUserAvatar
};

}  // namespace

json::object comment_json(const db::Row& row) {
    return {
        {"id", row.text(kId)},
        {"content", row.text(kContent)},
        {"userId", row.text(kUserId)},
        {"videoId", row.text(kVideoId)},
        {"parentCommentId",
         row.is_null(kParentId) ? json::value(nullptr) : json::value(row.text(kParentId))},
        {"createdAt", rfc3339(row.integer(kCreated))},
        {"updatedAt", rfc3339(row.integer(kUpdated))}
    };
}

json::object listed_json(const db::Row& row, std::string_view origin) {
    json::object comment = comment_json(row);
    comment["user"] = accounts::person_json(
        origin, row.text(kUserId), row.text(kUserName), row.text(kUserAvatar)
    );
    comment["likeCount"] = row.integer(kLikes);
    comment["isLiked"] = row.flag(kIsLiked);
    comment["replyCount"] = row.integer(kReplies);
    // Replies are a list of their own: clients fetch it where a person unfolds the thread.
    comment["replies"] = json::array();
    comment["hasMoreReplies"] = row.integer(kReplies) > 0;
    if (row.flag(kHidden)) comment["hidden"] = true;
    return comment;
}

}  // namespace reelshare::comments
