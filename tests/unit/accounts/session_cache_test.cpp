#include "accounts/session_cache.hpp"

#include <gtest/gtest.h>

namespace reelshare::accounts {
namespace {

TEST(SessionCache, KeepsForALimitedTime) {
    SessionCache cache;
    const auto now = SessionCache::Clock::now();
    EXPECT_FALSE(cache.is_good("s", now));
    cache.keep("s", "u", cache.generation("s"), now);
    EXPECT_TRUE(cache.is_good("s", now));
    EXPECT_FALSE(cache.is_good("s", now + SessionCache::kMaxAge));
}

TEST(SessionCache, WhatWasDroppedWhileTheDatabaseWasAskedIsNotKept) {
    SessionCache cache;
    const auto generation = cache.generation("s");
    cache.drop("s");
    cache.keep("s", "u", generation);
    EXPECT_FALSE(cache.is_good("s"));
}

TEST(SessionCache, DropsAllSessionsOfAUserButTheOneThatAsked) {
    SessionCache cache;
    for (const char* session : {"s1", "s2", "s3"})
        cache.keep(session, "u", cache.generation(session));
    cache.keep("other", "v", cache.generation("other"));
    cache.drop_user("u", "s2");
    EXPECT_FALSE(cache.is_good("s1"));
    EXPECT_TRUE(cache.is_good("s2"));
    EXPECT_FALSE(cache.is_good("s3"));
    EXPECT_TRUE(cache.is_good("other"));
}

}  // namespace
}  // namespace reelshare::accounts
