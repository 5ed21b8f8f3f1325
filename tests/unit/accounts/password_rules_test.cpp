#include "accounts/password_rules.hpp"

#include <gtest/gtest.h>

namespace reelshare::accounts {
namespace {

bool refused(std::string_view password) {
    return password_fault(password, {"Ada Lovelace", "countess@example.org"}).has_value();
}

TEST(PasswordRules, WhatGuessersTryFirstIsRefused) {
    for (const char* password :
         {"password",
          "Password1",
          "P4ssw0rd!",
          "p@$$w0rd",
          "passwordpassword",
          "12345678",
          "123456789",
          "1234567890",
          "87654321",
          "11111111",
          "00000000",
          "12341234",
          "abcabcabc",
          "abcdefgh",
          "qwertyuiop",
          "qwerty123",
          "qwerty123456",
          "1q2w3e4r",
          "1qaz2wsx",
          "asdfghjkl",
          "zaq12wsx",
          "iloveyou",
          "sunshine1",
          "Football2024",
          "welcome1!",
          "letmein123",
          "admin123456",
          "administrator",
          "Summer2024!",
          "superman",
          "baseball",
          "princess1",
          "trustno1",
          "123password",
          "reelshare",
          "ReelShare1",
          "aaaabbbb",
          "abc12345",
          "michael1",
          "qazwsxedc",
          "changeme1234",
          "mypassword",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
        EXPECT_TRUE(refused(password)) << password;
}

TEST(PasswordRules, WhatOthersKnowOfTheOwnerIsRefused) {
    for (const char* password :
         {"countess", "Countess1", "countess@example.org", "ada lovelace", "AdA LoVeLaCe12"})
        EXPECT_TRUE(refused(password)) << password;
    EXPECT_FALSE(refused("my countess sails at noon"));
    EXPECT_FALSE(password_fault("correct horse", {"ho", ""}));
}

TEST(PasswordRules, AnythingElseIsGoodWithoutRulesOfComposition) {
    for (const char* password :
         {"correct horse 1", "battery staple", "another horse 2", "secret-password", "tgbnhyuj",
          "xkcd936 rules", "48213987016", "mein hund heisst otto", "пароль от сейфа",
          "寿司が好きです！！", "sunshine over 17 hills", "password manager of mine", "        ·",
          "qwe-asd-zxc-tgb"})
        EXPECT_FALSE(refused(password)) << password;
}

TEST(PasswordRules, TheLongestPasswordIsJudgedQuickly) {
    const std::string nasty =
        std::string(kMaxPassword / 2, 'a') + std::string(kMaxPassword / 2, '0');
    EXPECT_TRUE(refused(nasty));
    std::string longest;
    for (std::size_t i = 0; i < kMaxPassword; ++i) longest += "abcabd"[i % 6];
    (void)refused(longest);
}

}  // namespace
}  // namespace reelshare::accounts
