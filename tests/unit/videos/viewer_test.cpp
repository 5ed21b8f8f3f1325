#include "videos/viewer.hpp"

#include "http/link_origin.hpp"

#include <gtest/gtest.h>

namespace reelshare::videos {
namespace {

http::Request from(std::string address, std::string user_agent, std::string cookie = {}) {
    http::Request request;
    request.client_address = std::move(address);
    request.headers.emplace_back("user-agent", std::move(user_agent));
    if (!cookie.empty()) request.headers.emplace_back("cookie", std::move(cookie));
    return request;
}

TEST(Viewer, TheUserOfTheTokenComesFirst) {
    const auto watcher = watcher_of(from("1.1.1.1", "a"), accounts::Viewer{"u1", "s1"}, "salt");
    EXPECT_EQ(watcher.name, "user:u1");
    EXPECT_EQ(watcher.set_cookie, "");
}

TEST(Viewer, AGuestGetsACookieAndIsKnownByIt) {
    const auto first = watcher_of(from("1.1.1.1", "a"), std::nullopt, "salt");
    EXPECT_TRUE(first.name.starts_with("from:"));
    EXPECT_EQ(first.name.find("1.1.1.1"), std::string::npos);
    EXPECT_NE(first.set_cookie.find("; HttpOnly; SameSite=Lax"), std::string::npos);
    const std::string cookie = first.set_cookie.substr(0, first.set_cookie.find(';'));
    const auto second = watcher_of(from("2.2.2.2", "b", "x=y; " + cookie), std::nullopt, "salt");
    EXPECT_EQ(second.name, first.new_name);
    EXPECT_EQ(second.set_cookie, "");
}

TEST(Viewer, WithoutCookieAddressAndBrowserTell) {
    const auto name = [](const http::Request& request) {
        return watcher_of(request, std::nullopt, "salt").name;
    };
    EXPECT_EQ(name(from("1.1.1.1", "a")), name(from("1.1.1.1", "a", "rs_guest=made-up")));
    EXPECT_NE(name(from("1.1.1.1", "a")), name(from("1.1.1.1", "b")));
    EXPECT_NE(name(from("1.1.1.1", "a")), name(from("1.1.1.2", "a")));
    EXPECT_NE(
        name(from("1.1.1.1", "a")), watcher_of(from("1.1.1.1", "a"), std::nullopt, "other").name
    );
}

TEST(Links, FollowPublicUrlElseTheHostAskedFor) {
    http::Request request;
    EXPECT_EQ(http::link_origin(request, ""), "");
    request.headers.emplace_back("host", "192.168.1.7:5000");
    EXPECT_EQ(http::link_origin(request, ""), "http://192.168.1.7:5000");
    EXPECT_EQ(http::link_origin(request, "https://clips.example"), "https://clips.example");
    request.secure = true;
    EXPECT_EQ(http::link_origin(request, ""), "https://192.168.1.7:5000");
    for (const std::string& bad : std::vector<std::string>{
             "a b", "a/b", "evil\"", "<x>", "a@b", "é", std::string(300, 'a')
         }) {
        request.headers.back().second = bad;
        EXPECT_EQ(http::link_origin(request, ""), "") << bad;
    }
}

}  // namespace
}  // namespace reelshare::videos
