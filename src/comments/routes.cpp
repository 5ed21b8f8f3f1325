#include "comments/routes.hpp"

#include "comments/handlers.hpp"

#include <memory>
#include <utility>

namespace reelshare::comments {

void add_comment_routes(http::Router& router, CommentParts parts) {
    using http::Method;
    using http::Request;
    const auto kept = std::make_shared<const CommentParts>(parts);
    const auto add = [&](Method method, std::string pattern, auto function) {
        router.add(method, "/api/v1" + pattern, http::handler([kept, function](Request& request) {
                       return function(*kept, request);
                   }));
    };
    const auto like = [](bool wish) {
        return [wish](const CommentParts& all, Request& request) {
            return like_comment(all, request, wish);
        };
    };
    add(Method::get, "/video/:id/comments", list_comments);
    add(Method::post, "/video/:id/comments", add_comment);
    // :id is that of a comment here: the place is the original server's.
    add(Method::get, "/video/:id/replies", list_replies_of_old);
    add(Method::get, "/comment/:id/replies", list_replies);
    add(Method::post, "/comment/:id/replies", add_reply);
    add(Method::put, "/comment/:id/like", like(true));
    add(Method::delete_, "/comment/:id/like", like(false));
    add(Method::patch, "/comment/:id", change_comment);
    add(Method::delete_, "/comment/:id", delete_comment);
}

}  // namespace reelshare::comments
