#include "accounts/session_cache.hpp"

#include <gtest/gtest.h>

namespace reelshare::accounts {
namespace {

class SessionCacheTest : public testing::Test {
  protected:
    void keep(const std::string& session, const std::string& user, Role role = Role::user) {
        cache_.keep(session, user, role, cache_.generation(session));
    }

    std::unique_ptr<cache::Bus> bus_ = cache::make_memory_bus();
    SessionCache cache_{*bus_};
};

TEST_F(SessionCacheTest, KeepsTheRoleForALimitedTime) {
    const auto now = SessionCache::Clock::now();
    EXPECT_FALSE(cache_.find("s", now));
    cache_.keep("s", "u", Role::moderator, cache_.generation("s"), now);
    EXPECT_EQ(cache_.find("s", now), Role::moderator);
    EXPECT_FALSE(cache_.find("s", now + SessionCache::kMaxAge));
}

TEST_F(SessionCacheTest, WhatWasDroppedWhileTheDatabaseWasAskedIsNotKept) {
    const auto generation = cache_.generation("s");
    cache_.drop("s");
    cache_.keep("s", "u", Role::user, generation);
    EXPECT_FALSE(cache_.find("s"));
}

TEST_F(SessionCacheTest, DropsAllSessionsOfAUserButTheOneThatAsked) {
    for (const char* session : {"s1", "s2", "s3"}) keep(session, "u");
    keep("other", "v");
    cache_.drop_user("u", "s2");
    EXPECT_FALSE(cache_.find("s1"));
    EXPECT_TRUE(cache_.find("s2"));
    EXPECT_FALSE(cache_.find("s3"));
    EXPECT_TRUE(cache_.find("other"));
}

TEST_F(SessionCacheTest, HearsOfWhatOtherNodesDropped) {
    SessionCache elsewhere(*bus_);
    for (const char* session : {"s1", "s2", "s3"}) keep(session, "u");
    elsewhere.drop("s1");
    EXPECT_FALSE(cache_.find("s1"));
    EXPECT_TRUE(cache_.find("s2"));
    elsewhere.drop_user("u", "s3");
    EXPECT_FALSE(cache_.find("s2"));
    EXPECT_TRUE(cache_.find("s3"));
    elsewhere.drop_user("u");
    EXPECT_FALSE(cache_.find("s3"));
}

TEST_F(SessionCacheTest, RubbishOnTheBusDoesNothing) {
    keep("s", "u");
    for (const char* message : {"", "session", "session ", "user", "user ", "user u", "drop s"})
        bus_->publish(SessionCache::kTopic, message);
    EXPECT_TRUE(cache_.find("s"));
}

}  // namespace
}  // namespace reelshare::accounts
