#include "accounts/verified_tokens.hpp"

#include "base/id.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace reelshare::accounts {
namespace {

using namespace std::chrono_literals;

class VerifiedTokensTest : public ::testing::Test {
  protected:
    std::string issue(std::chrono::seconds lifetime = 5min) {
        return tokens_.issue_access({new_id(), "ada@example.org", new_id()}, lifetime);
    }

    Tokens tokens_{{"0123456789abcdef0123456789abcdef"}};
    VerifiedTokens verified_{tokens_};
    const std::int64_t now_ = std::time(nullptr);
};

TEST_F(VerifiedTokensTest, GivesTheSameClaimsAgain) {
    const std::string token = issue();
    const auto first = verified_.claims_of(token);
    ASSERT_TRUE(first);
    EXPECT_EQ(verified_.claims_of(token), first) << "judged once";
    EXPECT_EQ(first->user_id, tokens_.verify_access(token)->user_id);
}

TEST_F(VerifiedTokensTest, NeverKnowsWhatWasNotSigned) {
    std::string token = issue();
    ASSERT_TRUE(verified_.claims_of(token));
    token.back() = token.back() == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verified_.claims_of(token));
    EXPECT_FALSE(verified_.claims_of(token)) << "also the second time";
    EXPECT_FALSE(verified_.claims_of(""));
}

TEST_F(VerifiedTokensTest, BelievesAKnownTokenUntilItsEndAndTheLeewayOnly) {
    const std::string token = issue(-59s);
    const auto known = verified_.claims_of(token);
    ASSERT_TRUE(known);
    EXPECT_LE(known->good_until, now_ + 2);
    EXPECT_EQ(verified_.claims_of(token, known->good_until - 1), known);
    // Judged anew at its end: by the clock, which says what `known` cannot.
    const auto after = verified_.claims_of(token, known->good_until);
    EXPECT_NE(after, known);
}

TEST_F(VerifiedTokensTest, NoTokenIsGoodForLongerThanTheMostThatIsAllowed) {
    const auto known = verified_.claims_of(issue(24h));
    ASSERT_TRUE(known);
    const std::chrono::seconds most = Tokens::kMaxAge + Tokens::kLeeway;
    EXPECT_LE(known->good_until, std::time(nullptr) + most.count());
}

TEST_F(VerifiedTokensTest, ForgetsRatherThanGrows) {
    const std::string first = issue();
    const auto before = verified_.claims_of(first);
    for (std::size_t i = 0; i < VerifiedTokens::kTokens * 2; ++i)
        ASSERT_TRUE(verified_.claims_of(issue()));
    const auto again = verified_.claims_of(first);
    ASSERT_TRUE(again);
    EXPECT_NE(again, before);
}

}  // namespace
}  // namespace reelshare::accounts
