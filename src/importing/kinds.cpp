#include "importing/kinds.hpp"

namespace reelshare::importing {

namespace {

constexpr std::array<std::string_view, 1> kId = {"id"};
constexpr std::array<std::string_view, 2> kLikeKey = {"videoId", "userId"};
constexpr std::array<std::string_view, 2> kFollowKey = {"followingId", "followedById"};

constexpr std::array<std::string_view, 7> kUserColumns = {
    "id", "name", "email", "contact", "password", "createdAt", "updatedAt"
};
constexpr std::array<std::string_view, 8> kVideoColumns = {
    "id", "uploaderId", "videoUrl", "title", "description", "viewCount", "createdAt", "updatedAt"
};
constexpr std::array<std::string_view, 3> kFollowColumns = {
    "followingId", "followedById", "createdAt"
};
constexpr std::array<std::string_view, 3> kLikeColumns = {"videoId", "userId", "createdAt"};
constexpr std::array<std::string_view, 7> kCommentColumns = {
    "id", "userId", "videoId", "content", "createdAt", "updatedAt", "parentCommentId"
};
constexpr std::array<std::string_view, 4> kCommentLikeColumns = {
    "id", "userId", "commentId", "createdAt"
};

constexpr std::array<KindFacts, kKinds.size()> kFacts = {{
    {.title = "people",
     .word = "user",
     .table = "User",
     .key = kId,
     .columns = kUserColumns,
     .needed = true},
    {.title = "clips",
     .word = "video",
     .table = "Video",
     .key = kId,
     .columns = kVideoColumns,
     .needed = true},
    {.title = "follows",
     .word = "follow",
     .table = "Follows",
     .key = kFollowKey,
     .columns = kFollowColumns},
    {.title = "likes",
     .word = "like",
     .table = "Engagement",
     .key = kLikeKey,
     .columns = kLikeColumns},
    {.title = "comments",
     .word = "comment",
     .table = "Comment",
     .key = kId,
     .columns = kCommentColumns},
    {.title = "replies",
     .word = "comment",
     .table = "Comment",
     .key = kId,
     .columns = kCommentColumns},
    {.title = "likes of comments",
     .word = "comment_like",
     .table = "CommentLike",
     .key = kId,
     .columns = kCommentLikeColumns},
}};

}  // namespace

const KindFacts& facts_of(Kind kind) {
    return kFacts[static_cast<std::size_t>(kind)];
}

}  // namespace reelshare::importing
