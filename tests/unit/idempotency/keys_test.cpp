#include "idempotency/keys.hpp"

#include "db/database_fixture.hpp"
#include "db/migrate.hpp"

namespace reelshare::idempotency {
namespace {

class KeysTest : public db::DatabaseFixture {
  protected:
    void SetUp() override {
        db::DatabaseFixture::SetUp();
        ASSERT_TRUE(run_task(db::migrate(*database_)));
    }
    Standing claim(const std::string& owner, const std::string& fingerprint = "f") {
        Keys keys(*database_);
        auto standing = run_task(keys.claim(name_, fingerprint, owner));
        EXPECT_TRUE(standing) << standing.error().detail;
        return standing.value_or(Standing{});
    }
    void age(std::int64_t ms) {
        ASSERT_TRUE(run(
            "UPDATE idempotency_keys SET created_at = created_at - $1, locked_until = locked_until "
            "- $1",
            {ms}
        ));
    }

    Name name_{"u:ada", "/api/v1/video/7", "k"};
};

TEST_P(KeysTest, OneWorksAndTheOthersGetItsAnswer) {
    EXPECT_TRUE(claim("one").ours);
    const Standing waiting = claim("two");
    EXPECT_FALSE(waiting.ours);
    EXPECT_TRUE(waiting.same);
    EXPECT_FALSE(waiting.answer);
    EXPECT_FALSE(claim("two", "other").same);
    Keys keys(*database_);
    ASSERT_TRUE(run_task(keys.keep(name_, "one", {201, "[]", "body"})));
    const Standing done = claim("two");
    ASSERT_TRUE(done.answer);
    EXPECT_EQ(done.answer->status, 201);
    EXPECT_EQ(done.answer->body, "body");
}

TEST_P(KeysTest, OtherUsersAndPathsAreOtherRequests) {
    EXPECT_TRUE(claim("one").ours);
    name_.scope = "u:bob";
    EXPECT_TRUE(claim("two").ours);
    name_.route = "/api/v1/video/8";
    EXPECT_TRUE(claim("three").ours);
}

TEST_P(KeysTest, WhatWasGivenBackIsTakenByTheNext) {
    EXPECT_TRUE(claim("one").ours);
    Keys keys(*database_);
    ASSERT_TRUE(run_task(keys.release(name_, "two")));
    EXPECT_FALSE(claim("two").ours) << "not the owner's to give back";
    ASSERT_TRUE(run_task(keys.release(name_, "one")));
    EXPECT_TRUE(claim("two").ours);
}

TEST_P(KeysTest, ADeadWorkersRequestIsTakenOver) {
    EXPECT_TRUE(claim("one").ours);
    age(59'000);
    EXPECT_FALSE(claim("two").ours);
    Keys keys(*database_);
    ASSERT_TRUE(run_task(keys.prolong(name_, "one")));
    age(59'000);
    EXPECT_FALSE(claim("two").ours) << "prolonged";
    age(2'000);
    EXPECT_TRUE(claim("two").ours);
    // The first one wakes up again: nothing of it is kept.
    ASSERT_TRUE(run_task(keys.keep(name_, "one", {200, "[]", "late"})));
    EXPECT_FALSE(claim("three").answer);
}

TEST_P(KeysTest, EndAfterADay) {
    EXPECT_TRUE(claim("one").ours);
    Keys keys(*database_);
    ASSERT_TRUE(run_task(keys.keep(name_, "one", {200, "[]", ""})));
    age(86'000'000);
    ASSERT_TRUE(run_task(keys.forget_old()));
    EXPECT_EQ(number("SELECT COUNT(*) FROM idempotency_keys"), 1);
    age(500'000);
    EXPECT_TRUE(claim("two", "other").ours) << "a day later it is a new key";
    age(86'500'000);
    ASSERT_TRUE(run_task(keys.forget_old()));
    EXPECT_EQ(number("SELECT COUNT(*) FROM idempotency_keys"), 0);
}

INSTANTIATE_TEST_SUITE_P(Both, KeysTest, db::kBoth, db::name_of);

}  // namespace
}  // namespace reelshare::idempotency
