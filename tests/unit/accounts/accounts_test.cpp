#include "accounts/accounts.hpp"

#include "accounts/administration.hpp"
#include "base/id.hpp"
#include "db/migrate.hpp"
#include "db/sqlite.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace reelshare::accounts {
namespace {

const std::vector<std::string> kSecrets = {"0123456789abcdef0123456789abcdef"};

class AccountsTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("reelshare-accounts-" + new_id());
        std::filesystem::create_directories(folder_);
        auto opened = db::open_sqlite({.path = folder_ / "test.db"}, executor_, metrics_);
        ASSERT_TRUE(opened);
        database_ = std::move(*opened);
        ASSERT_TRUE(run_task(db::migrate(*database_)));
        accounts_ = std::make_unique<Accounts>(
            *database_, passwords_, *bus_, kSecrets, AccountsOptions{.refresh_grace = grace_}
        );
    }
    void TearDown() override {
        accounts_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }

    Grant logged_in() {
        if (!registered_) {
            EXPECT_TRUE(run_task(
                accounts_->register_user({"Ada", "ada@example.org", "correct horse", std::nullopt})
            ));
            registered_ = true;
        }
        auto grant =
            run_task(accounts_->login("ada@example.org", "correct horse", {"browser", "1.1.1.1"}));
        EXPECT_TRUE(grant);
        return *grant;
    }
    Result<Viewer> viewer(const std::string& token) {
        http::Request request;
        request.headers.emplace_back("authorization", "Bearer " + token);
        return run_task(accounts_->require(request));
    }

    /// As a moderator's deed does it.
    bool administer(
        const std::string& id, std::function<Task<Result<void>>(db::Transaction&)> deed
    ) {
        auto done =
            run_task(database_->transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
                auto did = co_await deed(tx);
                if (!did) co_return std::unexpected(did.error());
                co_return true;
            }));
        if (done) accounts_->sessions_ended(id);
        return done.has_value();
    }
    bool suspend(const std::string& id, bool suspended) {
        return administer(id, [=](db::Transaction& tx) {
            return set_suspended(tx, id, suspended);
        });
    }
    bool give(const std::string& id, Role role) {
        return administer(id, [=](db::Transaction& tx) { return set_role(tx, id, role); });
    }

    Metrics metrics_;
    BlockingExecutor executor_{2, 64};
    Passwords passwords_{2, {.passes = 1, .memory_bytes = 64 * 1024}};
    std::chrono::seconds grace_{30};
    std::filesystem::path folder_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<cache::Bus> bus_ = cache::make_memory_bus();
    std::unique_ptr<Accounts> accounts_;
    bool registered_ = false;
};

TEST_F(AccountsTest, AnEmailIsTakenOnce) {
    (void)logged_in();
    const auto again =
        run_task(accounts_->register_user({"Eve", "ada@example.org", "other horse", std::nullopt}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().message, "Email already in use!");
    EXPECT_EQ(error_status(again.error().code), 400);
}

TEST_F(AccountsTest, ARotatedTokenIsAnsweredWithItsSuccessorForAWhile) {
    const Grant first = logged_in();
    const auto second = run_task(accounts_->refresh(first.refresh_token, {}));
    ASSERT_TRUE(second);
    const auto repeated = run_task(accounts_->refresh(first.refresh_token, {}));
    ASSERT_TRUE(repeated);
    EXPECT_EQ(repeated->refresh_token, second->refresh_token);
}

TEST_F(AccountsTest, AnOlderTokenEndsTheFamily) {
    const Grant first = logged_in();
    const auto second = run_task(accounts_->refresh(first.refresh_token, {}));
    const auto third = run_task(accounts_->refresh(second->refresh_token, {}));
    ASSERT_TRUE(third);
    EXPECT_TRUE(viewer(third->access_token));
    EXPECT_FALSE(run_task(accounts_->refresh(first.refresh_token, {})));
    EXPECT_FALSE(run_task(accounts_->refresh(third->refresh_token, {})));
    EXPECT_FALSE(viewer(third->access_token));
}

class NoGrace : public AccountsTest {
  protected:
    NoGrace() { grace_ = std::chrono::seconds(-1); }
};

TEST_F(NoGrace, AUsedTokenEndsTheFamilyOnceTheGraceIsOver) {
    const Grant first = logged_in();
    const auto second = run_task(accounts_->refresh(first.refresh_token, {}));
    ASSERT_TRUE(second);
    const auto reused = run_task(accounts_->refresh(first.refresh_token, {}));
    ASSERT_FALSE(reused);
    EXPECT_EQ(reused.error().code, Errc::forbidden);
    EXPECT_FALSE(run_task(accounts_->refresh(second->refresh_token, {})));
}

TEST_F(AccountsTest, ChangingThePasswordKeepsOnlyTheSessionThatAsked) {
    const Grant mine = logged_in();
    const Grant other = logged_in();
    const auto me = viewer(mine.access_token);
    ASSERT_TRUE(me);
    ASSERT_TRUE(viewer(other.access_token));
    ASSERT_TRUE(run_task(accounts_->change_password(*me, "correct horse", "battery staple")));
    EXPECT_TRUE(viewer(mine.access_token));
    EXPECT_FALSE(viewer(other.access_token));
    EXPECT_FALSE(run_task(accounts_->refresh(other.refresh_token, {})));
    EXPECT_FALSE(run_task(accounts_->login("ada@example.org", "correct horse", {})));
    EXPECT_TRUE(run_task(accounts_->login("ada@example.org", "battery staple", {})));
}

TEST_F(AccountsTest, LogoutNeedsTheSessionsOwnToken) {
    const Grant grant = logged_in();
    const auto me = viewer(grant.access_token);
    ASSERT_TRUE(run_task(accounts_->logout(me->session_id + "." + std::string(43, 'A'))));
    EXPECT_TRUE(viewer(grant.access_token));
    ASSERT_TRUE(run_task(accounts_->logout(grant.refresh_token)));
    EXPECT_FALSE(viewer(grant.access_token));
}

TEST_F(AccountsTest, AStoredHashOfAnotherCostIsUpgradedAtLogin) {
    (void)logged_in();
    Passwords stronger(1, {.passes = 2, .memory_bytes = 128 * 1024});
    Accounts upgraded(*database_, stronger, *bus_, kSecrets, {});
    ASSERT_TRUE(run_task(upgraded.login("ada@example.org", "correct horse", {})));
    const auto stored = run_task(database_->query("SELECT password_hash FROM users"));
    EXPECT_FALSE(stronger.outdated(stored->front().text(0)));
    EXPECT_TRUE(run_task(upgraded.login("ada@example.org", "correct horse", {})));
}

TEST_F(AccountsTest, ASuspendedUserIsOutAtOnceUntilRestored) {
    const Grant grant = logged_in();
    const std::string id = viewer(grant.access_token)->user_id;
    ASSERT_TRUE(suspend(id, true));
    EXPECT_FALSE(viewer(grant.access_token));
    EXPECT_FALSE(run_task(accounts_->refresh(grant.refresh_token, {})));
    const auto refused = run_task(accounts_->login("ada@example.org", "correct horse", {}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    ASSERT_TRUE(suspend(id, false));
    EXPECT_FALSE(viewer(grant.access_token));
    EXPECT_TRUE(viewer(logged_in().access_token));
}

TEST_F(AccountsTest, ARoleIsInForceWithTheNextRequest) {
    const Grant grant = logged_in();
    const auto require = [&](Role least) {
        http::Request request;
        request.headers.emplace_back("authorization", "Bearer " + grant.access_token);
        return run_task(accounts_->require_role(request, least));
    };
    const auto refused = require(Role::moderator);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    const std::string id = viewer(grant.access_token)->user_id;
    ASSERT_TRUE(give(id, Role::moderator));
    EXPECT_TRUE(require(Role::moderator));
    EXPECT_FALSE(require(Role::admin));
    ASSERT_TRUE(give(id, Role::admin));
    EXPECT_TRUE(require(Role::moderator));
    EXPECT_FALSE(give(new_id(), Role::admin));
}

TEST_F(AccountsTest, WhatOneNodeEndsTheOthersForgetOverTheBus) {
    const Grant grant = logged_in();
    Accounts elsewhere(*database_, passwords_, *bus_, kSecrets, {});
    http::Request request;
    request.headers.emplace_back("authorization", "Bearer " + grant.access_token);
    ASSERT_TRUE(run_task(elsewhere.require(request)));
    ASSERT_TRUE(run_task(accounts_->logout(grant.refresh_token)));
    EXPECT_FALSE(run_task(elsewhere.require(request)));
}

}  // namespace
}  // namespace reelshare::accounts
